"""Writes what trainers leave behind, with the libraries that they use: pip install pandas pyarrow, then run this file.

The shapes are those of TRL's GRPOTrainer, verl's rollouts, Axolotl's prediction table and lm-evaluation-harness.
"""

import json
from pathlib import Path

import pandas

HERE = Path(__file__).parent


def write(name: str, text: str) -> None:
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def lines(rows: list) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def grpo() -> None:
    """A file a step, three completions a prompt; a reward function that gives None for some rows."""
    for step in (10, 20, 100):
        rows = [(prompt, n) for prompt in range(2) for n in range(3)]
        table = pandas.DataFrame(
            {
                "step": [str(step)] * len(rows) if step == 100 else [step] * len(rows),
                "prompt": [f"What is {prompt} + {prompt}?" for prompt, _ in rows],
                "completion": [f"<think>hm</think>{2 * prompt if n < step // 10 else 'no idea'}" for prompt, n in rows],
                "accuracy_reward": [1.0 if n < step // 10 else 0.0 for _, n in rows],
                "format_reward": [0.5, None, 0.25] * 2,
                "advantage": [0.5, -0.25, -0.25] * 2,
            }
        )
        path = HERE / "grpo" / "completions" / f"completions_{step:05d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(path)


def chats() -> None:
    """Prompts and completions as lists of structures, numbers that no double holds, a time."""
    path = HERE / "chats" / "completions_00005.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pandas.DataFrame(
        {
            "step": [5, 5],
            "prompt": [[{"role": "user", "content": f"q{n}"}] for n in range(2)],
            "completion": [[{"role": "assistant", "content": f"a{n}"}] for n in range(2)],
            "seed": [2**63 - 1, -(2**63)],
            "created_at": pandas.to_datetime(["2026-08-01T10:00:00", "2026-08-01T10:00:01"]),
        }
    ).to_parquet(path)


def verl() -> None:
    """`{dir}/{step}.jsonl`; numpy's scalars come as texts, and NaN as itself."""
    for folder, steps in (("rollouts", (1, 2)), ("validation_data", (0, 2))):
        for step in steps:
            rows = [
                {
                    "input": f"user\nq{prompt}\nassistant\n",
                    "output": f"a{n}",
                    "gts": f"a{prompt}",
                    "score": float("nan") if (step, prompt, n) == (2, 1, 1) else float(prompt == n),
                    "step": step,
                    "acc": prompt == n,
                    "format": "1.0",
                }
                for prompt in range(2)
                for n in range(2)
            ]
            write(f"verl/{folder}/{step}.jsonl", lines(rows))


def axolotl() -> None:
    """Each evaluation adds its rows, ids from 0 again."""
    columns = [
        "id",
        "Prompt",
        "Correct Completion",
        "Predicted Completion (model.generate)",
        "Predicted Completion (trainer.prediction_step)",
    ]
    data = [
        [sample, f"Say {sample}", str(sample), str(sample) if sample < evaluation else "?", "x"]
        for evaluation in range(3)
        for sample in range(2)
    ]
    write("axolotl/PredictionsVsGroundTruth.json", json.dumps({"columns": columns, "data": data}))


def harness() -> None:
    """A line per document and filter; requests with several choices."""
    rows = [
        {
            "doc_id": document,
            "doc": {"question": f"q{document}", "answer": "… #### 18"},
            "target": "18",
            "arguments": {"gen_args_0": {"arg_0": f"Question: q{document}\nAnswer:", "arg_1": {"until": ["Question:"]}}},
            "resps": [["The answer is 18."]],
            "filtered_resps": ["[invalid]" if name == "strict-match" and document == 1 else "18"],
            "filter": name,
            "metrics": ["exact_match"],
            "doc_hash": "d" * 64,
            "exact_match": 0.0 if name == "strict-match" and document == 1 else 1.0,
        }
        for name in ("strict-match", "flexible-extract")
        for document in range(3)
    ]
    write("harness/samples_gsm8k_2026-08-01T10-20-30.123456.jsonl", lines(rows))
    choices = [" red", " blue"]
    rows = [
        {
            "doc_id": document,
            "doc": {"query": "sky?", "choices": choices, "gold": 1},
            "target": "1",
            "arguments": {f"gen_args_{n}": {"arg_0": "Q: sky?\nA:", "arg_1": choice} for n, choice in enumerate(choices)},
            "resps": [[["-9.5", "False"]], [["-1.25", "True"]]],
            "filtered_resps": [["-9.5", "False"], ["-1.25", "True"]] if document == 0 else [["-0.5", "True"], ["-3.5", "False"]],
            "filter": "none",
            "metrics": ["acc", "acc_norm"],
            "acc": float(document == 0),
            "acc_norm": 1.0,
        }
        for document in range(2)
    ]
    write("harness/samples_arc_easy_2026-08-01T10-20-30.123456.jsonl", lines(rows))
    write("harness/results_2026-08-01T10-20-30.123456.json", json.dumps({"results": {"gsm8k": {"exact_match,strict-match": 0.5}}}))


for make in (grpo, chats, verl, axolotl, harness):
    make()
