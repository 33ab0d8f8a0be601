import * as Type from 'typebox';
import { stepsToField } from '../../wire/depth.ts';
import type { JobUpdate } from '../../wire/job.ts';
import type { Metric } from '../../wire/metric.ts';
import { readJson } from '../../wire/pythonJson.ts';
import { SchemaError, schema } from '../../wire/schema.ts';

const logged = Type.Object({ step: Type.Integer({ minimum: 0 }) });
const trainerState = schema(
  Type.Object({
    global_step: Type.Integer({ minimum: 0 }),
    max_steps: Type.Optional(Type.Integer()),
    epoch: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    num_train_epochs: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    log_history: Type.Array(logged),
  }),
);

/** What Hugging Face's Trainer and those made of it write with each checkpoint, and at the end. */
export interface TrainerState {
  readonly step: number;
  /** 0 where it is not told. */
  readonly lastStep: number;
  /** What it logged, in that order. */
  readonly metrics: readonly Metric[];
  /** What of it a job tells. */
  readonly progress: Omit<JobUpdate, 'job_id'>;
}

/** Whether a file is one, by its path relative to the run's folder. */
export function isTrainerState(name: string): boolean {
  return /^(checkpoint-\d+\/)?trainer_state\.json$/.test(name);
}

/** Names of the contract for what the Trainer calls otherwise. */
const names = new Map([['loss', 'train_loss']]);
/** In the last entry of a training this is a mean over all of it, and no point of a curve. */
const ofWholeTraining = 'train_runtime';

/** @returns undefined for what is just being written, or is none */
export function parseTrainerState(text: string): TrainerState | undefined {
  let value: unknown;
  try {
    value = readJson(text, stepsToField.ofRow).value;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof SchemaError) return undefined;
    throw error;
  }
  if (!trainerState.check(value)) return undefined;
  const metrics = value.log_history.map(metricOf);
  const last = (name: string) => metrics.findLast((metric) => typeof metric[name as keyof Metric] === 'number');
  const steps = value.max_steps !== undefined && value.max_steps > 0 ? value.max_steps : 0;
  return {
    step: value.global_step,
    lastStep: steps,
    metrics,
    progress: {
      current_step: value.global_step,
      ...(steps === 0 ? {} : { total_steps: steps, progress: Math.min(100, (100 * value.global_step) / steps) }),
      ...told('current_epoch', value.epoch),
      ...told('total_epochs', value.num_train_epochs),
      ...told('loss', last('train_loss')?.train_loss),
      ...told('eval_loss', last('eval_loss')?.eval_loss),
      ...told('learning_rate', last('learning_rate')?.learning_rate),
    },
  };
}

function metricOf(entry: Type.Static<typeof logged>): Metric {
  const isOfWhole = ofWholeTraining in entry;
  const figures = Object.entries(entry).filter(
    ([name, value]) => (typeof value === 'number' || value === null) && !(isOfWhole && name === 'train_loss'),
  );
  return { ...Object.fromEntries(figures.map(([name, value]) => [names.get(name) ?? name, value])), step: entry.step };
}

function told<Name extends string>(name: Name, value: number | null | undefined): Partial<Record<Name, number>> {
  return value == null ? {} : ({ [name]: value } as Record<Name, number>);
}
