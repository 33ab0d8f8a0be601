import { basename, dirname } from 'node:path';
import { harnessLogOf } from './harnessLogs.ts';

/** What a file's path tells of its rows. */
export interface PathFacts {
  readonly step?: number;
  readonly epoch?: number;
  readonly source?: string;
  /** Times that the same was evaluated before. */
  readonly revision?: number;
}

/** Names of files, before their endings, that hold a step. */
const stepsInNames: readonly RegExp[] = [
  // TRL: completions_00050.parquet.
  /^completions_(\d+)$/,
  // verl: 50.jsonl.
  /^(\d{1,7})$/,
  // NeMo RL: train_data_step50.jsonl, and what people write by hand.
  /(?:^|[_-])(?:global_?)?step[_=-]?(\d+)(?:$|[_-])/i,
  // Weights & Biases: {key}_{step}_{hash}.table.json.
  /_(\d+)_[0-9a-f]{12,}\.table$/,
];
/** Names of folders: SkyRL's `global_step_50_evals`, prime-rl's `step_50`, Hugging Face's `checkpoint-50`. */
const stepInFolder = /^(?:global_?)?(?:step|checkpoint)[_=-]?(\d+)(?:_evals)?$/i;
const epochInName = /(?:^|[_-])epoch[_=-]?(\d+)(?:$|[_-])/i;

const sources: readonly (readonly [RegExp, string])[] = [
  [/^(train|training|rollouts?|train_rollouts?|rollout_data|train_generations)$/i, 'train'],
  [/^(val|valid|validation|eval|val_rollouts?|validation_data|val_generations|val_data)$/i, 'val'],
  [/^test$/i, 'test'],
];

/**
 * @param path of a file; of a folder that was chosen, the part below it with the folder's own name
 * @param isAlone whether the folders above it say nothing, since the file was chosen by itself
 */
export function pathFacts(path: string, isAlone = false): PathFacts {
  const name = basename(path).replace(/(\.(gz|jsonl|ndjson|json|csv|tsv|parquet))+$/i, '');
  const folders = isAlone ? [] : dirname(path).split(/[\\/]/).reverse();
  const task = harnessLogOf(path)?.task;
  const ofName = stepsInNames.map((pattern) => pattern.exec(name)?.[1]).find((step) => step !== undefined);
  const ofFolder = folders.map((folder) => stepInFolder.exec(folder)?.[1]).find((step) => step !== undefined);
  const step = task === undefined ? (ofName ?? ofFolder) : undefined;
  const epoch = step === undefined ? epochInName.exec(name)?.[1] : undefined;
  const isEvaluated = folders.some((folder) => /_evals$/.test(folder) && stepInFolder.test(folder));
  const source = task ?? (isEvaluated ? name : sourceOf([name, ...folders]));
  return {
    ...(step === undefined ? {} : { step: Number(step) }),
    ...(epoch === undefined ? {} : { epoch: Number(epoch) }),
    ...(source === undefined ? {} : { source }),
  };
}

function sourceOf(names: readonly string[]): string | undefined {
  for (const name of names) {
    const mode = /^(train|val)_data_step\d+$/.exec(name)?.[1];
    const source = mode ?? sources.find(([pattern]) => pattern.test(name))?.[1];
    if (source !== undefined) return source;
  }
  return undefined;
}
