/**
 * Jobs of a million predictions as runs of today have them, in a real VS Code: many completions of few prompts at many
 * steps, with scores, and a million different prompts. What they take of memory, and how a reader gets about.
 */
import type { Prediction } from '../../src/wire/prediction.ts';
import { PanelStage } from '../../test/support/panelStage.ts';
import { createJob } from '../../test/support/serverClient.ts';
import { report } from '../report.ts';
import { fill } from '../support/fill.ts';
import { panelFrame } from '../support/heldPanel.ts';
import { largePrediction } from '../support/largeRun.ts';
import { NodeDebugger } from '../support/nodeDebugger.ts';
import { extensionHosts } from '../support/processes.ts';
import { timeSwitches } from '../support/switches.ts';

const many = 1_000_000;
const [prompts, completions, scores] = [128, 16, 8];
const atStep = prompts * completions;
/** Bytes of a score of a row: a double. */
const scoreBytes = 8;
const megabyte = 1024 * 1024;
const runs = 5;
const steps = [
  'page-on',
  'page-back',
  'filter',
  'filter-off',
  'comparison',
  'sample-on',
  'sample-back',
  'trends',
  'predictions',
];
/** Press → result, in ms at most. */
const limits: Record<string, number> = { trends: 300, comparison: 150, 'sample-on': 150, 'sample-back': 150 };
const limitOfOthers = 200;

/** Prediction `n` of 128 prompts, asked 16 times each at every step. */
function completion(n: number): Prediction {
  const sample = Math.floor((n % atStep) / completions);
  return {
    ...asked(n, sample),
    step: Math.floor(n / atStep) + 1,
    completion_index: n % completions,
    scores: Object.fromEntries(
      Array.from({ length: scores }, (_, s) => [`score_${s}`, ((n * 7 + s * 13) % 101) / 100]),
    ),
  } as Prediction;
}

/** Prediction `n`, of a prompt that no other has. */
const different = (n: number): Prediction => ({ ...asked(n, n), step: Math.floor(n / 2000) + 1 });

function asked(n: number, sample: number): Prediction {
  return {
    ...largePrediction(n),
    epoch: 0,
    sample_index: sample,
    prompt_id: `prompt-${sample}`,
    prompt: `Prompt number ${sample}: what is ${sample} and ${sample * 3}? Say it in words, and nothing else.`,
    ground_truth: `answer ${sample}`,
  };
}

const mark = `bench-${process.pid}`;
const stage = await PanelStage.open({ env: { TRAINING_PREDICTIONS_BENCH: mark } });
const [host = 0] = extensionHosts(mark);
const memory = await NodeDebugger.attach(host);
try {
  // What is loaded once is not the job's.
  await hold('plain', 1000, largePrediction);
  const plain = await hold('as recorded', many, largePrediction);
  const grouped = await hold('completions', many, completion);
  reportMemory(
    'completions',
    `${prompts} prompts × ${completions} completions × ${many / atStep} steps, ${scores} scores`,
    {
      ...{ ours: grouped.bytes, plain: plain.bytes, most: plain.bytes + many * scores * scoreBytes },
    },
  );
  reportSwitches('completions', grouped.switches);
  const single = await hold('different prompts', many, different);
  reportMemory('prompts', '1,000,000 different prompts', {
    ...{ ours: single.bytes, plain: plain.bytes, most: plain.bytes * 2 },
  });
  reportSwitches('prompts', single.switches);
} finally {
  memory.close();
  await stage.close();
}

/** What the extension host holds more with a job in a panel, in bytes, and how long its reader waits; it is let go then. */
async function hold(title: string, count: number, made: (n: number) => Prediction) {
  const job = await createJob(stage.server, { model_name: title, status: 'running' });
  await fill(stage.server, job, [0, count], made);
  await stage.workbench.run('View: Close All Editors');
  const before = await memory.heldBytes();
  await stage.workbench.run('Watch Training Predictions');
  await stage.workbench.pick(title);
  await stage.panel
    .getByText(`${count.toLocaleString('en-US')} predictions`, { exact: true })
    .waitFor({ timeout: 150_000 });
  const bytes = (await memory.heldBytes()) - before;
  const switches = count === many && title !== 'as recorded' ? await switchTimes() : new Map<string, number[]>();
  await stage.workbench.run('Stop Watching');
  return { bytes, switches };
}

async function switchTimes() {
  // Lines are found, and groups counted, in slices.
  await stage.panel.getByText(/^Showing 1–\d+ of /).waitFor({ timeout: 60_000 });
  return timeSwitches(await panelFrame(stage), steps, runs);
}

function reportMemory(
  name: string,
  measured: string,
  { ours, plain, most }: { ours: number; plain: number; most: number },
): void {
  report({
    name: `million-${name}-memory`,
    measured: `held more by the real extension host: ${measured}`,
    unit: 'MB',
    ours: [ours / megabyte],
    peer: { name: 'the recorded run, as many rows', values: [plain / megabyte] },
    target: { of: 'ours', atMost: most / megabyte },
  });
}

function reportSwitches(name: string, times: ReadonlyMap<string, number[]>): void {
  for (const [step, ours] of times) {
    report({
      name: `million-${name}-${step}`,
      measured: `${step}: press → result painted in VS Code, 1,000,000 held`,
      unit: 'ms',
      ours,
      target: { of: 'ours', atMost: limits[step] ?? limitOfOthers },
    });
  }
}
