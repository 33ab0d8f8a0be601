/** Metrics that trainers log as JSON Lines, each in its way. */
import { isObject } from '../../tables/rows.ts';
import type { JobUpdate } from '../../wire/job.ts';
import type { Metric } from '../../wire/metric.ts';

/** What a line says. */
export interface LoggedLine {
  readonly metric: Metric;
  /** What of it a job tells. */
  readonly progress: Omit<JobUpdate, 'job_id'>;
}

/** A file of metrics that grows by a line a log. */
export interface LineLog {
  /** By its path relative to the run's folder. */
  isOne(name: string): boolean;
  /** Undefined for a line that holds no metrics of a step. */
  read(line: Readonly<Record<string, unknown>>): LoggedLine | undefined;
}

/** Names of the contract for what trainers call otherwise. */
const names = new Map([
  ['loss', 'train_loss'],
  ['lr', 'learning_rate'],
]);

/** LLaMA-Factory: `{"current_steps": 5, "total_steps": 10, "loss": 2.1, "lr": 1e-05, "epoch": 0.5, "percentage": 50.0}`. */
export const llamaFactoryLog: LineLog = {
  isOne: (name) => name === 'trainer_log.jsonl',
  read({ current_steps: step, total_steps: steps, percentage: _, ...figures }) {
    return logged(step, figures, steps);
  },
};

/** ms-swift: `{"loss": 2.1, "epoch": 0.5, "global_step/max_steps": "5/10", "elapsed_time": "3s"}`. */
export const msSwiftLog: LineLog = {
  isOne: (name) => name === 'logging.jsonl',
  read({ 'global_step/max_steps': steps, ...figures }) {
    const [, at, of] = /^(\d+)\/(\d+)$/.exec(String(steps)) ?? [];
    return at === undefined ? undefined : logged(Number(at), figures, Number(of));
  },
};

/** Logs that lie deeper than the run's folder. */
export const deeperLogs: readonly string[] = ['monitors/file/metrics.jsonl'];

/**
 * prime-rl: `{"step": 1, "time": 1775000000.25, "reward/mean": 0.5}`, the time in seconds since 1970. What is measured by
 * time alone has a step of null.
 */
export const primeRlLog: LineLog = {
  isOne: (name) => name === 'metrics.jsonl' || deeperLogs.includes(name),
  read: ({ step, time: _, ...figures }) => logged(step, figures),
};

/** verl's file logger, `{project}/{experiment}.jsonl` below its root: `{"step": 1, "data": {"actor/loss": 0.1}}`. */
export const verlLog: LineLog = {
  isOne: (name) => /^([^/]+\/)?(?!\d+\.)[^/]+\.jsonl$/.test(name),
  read: ({ step, data }) => (isObject(data) ? logged(step, data) : undefined),
};

/** Of a run of whatever trainer these names mean the same. */
export const lineLogs: readonly LineLog[] = [llamaFactoryLog, msSwiftLog, primeRlLog];

function logged(step: unknown, given: Readonly<Record<string, unknown>>, steps?: unknown): LoggedLine | undefined {
  if (!isCount(step)) return undefined;
  const figures = Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => typeof value === 'number' || value === null)
      .map(([name, value]) => [names.get(name) ?? name, value]),
  ) as Partial<Metric>;
  if (Object.keys(figures).length === 0) return undefined;
  const { epoch, train_loss: loss, eval_loss, learning_rate } = figures;
  return {
    metric: { ...figures, step },
    progress: {
      current_step: step,
      ...(isCount(steps) && steps > 0 ? { total_steps: steps, progress: Math.min(100, (100 * step) / steps) } : {}),
      ...told({ current_epoch: epoch, loss, eval_loss, learning_rate }),
    },
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function told(figures: Readonly<Record<string, number | null | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).flatMap(([name, value]) => (value == null ? [] : [[name, value]])));
}
