/** What the model says of a job's rows, once more: from all of them at once, with nothing kept, however long it takes. */
import { type Checkpoint, compareCheckpoints } from '../../src/model/checkpoints.ts';
import { decidingScore, type Judge, noSettings, type ScoreSettings } from '../../src/model/directions.ts';
import { type CheckpointChanges, compareScores, type Mark } from '../../src/model/marks.ts';
import { compareScoreNames, isKnownScore, knownScores, namesScore } from '../../src/model/scores.ts';
import type { Prediction } from '../../src/wire/prediction.ts';
import type { TrendPoint } from '../../src/wire/trends.ts';

type Fields = Readonly<Record<string, unknown>>;

/** All scores of a row by name. */
export function plainScores(row: Prediction): Map<string, number> {
  const fields = row as unknown as Fields;
  const found = new Map<string, number>();
  const take = (name: string, value: unknown): void => {
    if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
      found.set(name, Number(value));
    }
  };
  for (const name of Object.keys(fields)) if (namesScore(name)) take(name, fields[name]);
  const isFull = Number(row.completion_tokens) >= Number(row.max_new_tokens || Number.NaN);
  const isSaid = [fields['finish_reason'], fields['stop_reason']].find((reason) => reason != null && reason !== '');
  const isKnown = isSaid !== undefined || (row.completion_tokens != null && (row.max_new_tokens ?? 0) > 0);
  if (isKnown) found.set('cut_off', Number(isFull || isSaid === 'length'));
  for (const name of knownScores) take(name, fields[name]);
  for (const [name, value] of sent(row)) take(name, value);
  return found;
}

function underScores(row: Prediction): string[] {
  return sent(row).flatMap(([name, value]) => (value === null ? [] : [name]));
}

/** What is under `scores`; nothing where it has another shape. */
function sent({ scores }: Prediction): [string, unknown][] {
  if (typeof scores !== 'object' || scores === null || Array.isArray(scores)) return [];
  const entries = Object.entries(scores);
  const fits = entries.every(
    ([name, value]) => name !== '' && (value === null || /^(number|boolean)$/.test(typeof value)),
  );
  return fits ? entries : [];
}

/** The first `64` others by name, and all known ones. */
export function plainNames(rows: readonly Prediction[]): string[] {
  const names = [...new Set(rows.flatMap((row) => [...plainScores(row).keys()]))].sort(compareScoreNames);
  const others = names.filter((name) => !isKnownScore(name)).slice(0, 64);
  return names.filter((name) => isKnownScore(name) || others.includes(name));
}

export function plainJudge(
  rows: readonly Prediction[],
  settings: ScoreSettings = noSettings,
  chosen: string | null = null,
): Judge | null {
  const all = plainNames(rows);
  const own = [...new Set(rows.flatMap(underScores))].filter((name) => all.includes(name));
  return decidingScore({ has: (name) => all.includes(name), underScores: own, all }, settings, chosen);
}

const whole = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;

/** The rows that no later start and no larger revision superseded. */
export function plainLive(rows: readonly Prediction[]): Prediction[] {
  const restart = (row: Prediction): number => whole(row.restart) ?? 0;
  const starts = new Set(rows.map(restart));
  const left = rows.filter((row) =>
    [...starts].every((start) => {
      if (start <= restart(row)) return true;
      const later = rows.filter((other) => restart(other) === start);
      const from = later.flatMap((other) => whole(other.restart_from) ?? []);
      if (from.length > 0) return row.step <= Math.min(...from);
      return later.every((other) => compareCheckpoints(row, other) < 0);
    }),
  );
  return left.filter((row) =>
    left.every(
      (other) =>
        compareCheckpoints(other, row) !== 0 ||
        (other.sample_source ?? '') !== (row.sample_source ?? '') ||
        (whole(other.revision) ?? 0) <= (whole(row.revision) ?? 0),
    ),
  );
}

/** Names the sample of each row. */
export function plainSamples(rows: readonly Prediction[]): (row: Prediction) => string {
  const source = (row: Prediction): string => JSON.stringify(row.sample_source ?? '');
  const named = (row: Prediction): string | undefined =>
    row.prompt_id == null || row.prompt_id === '' ? undefined : `${source(row)} named ${row.prompt_id}`;
  const names = rows.flatMap((row) => named(row) ?? []);
  const namesRows = new Set(names).size === names.length && checkpointsOf(rows).length > 1;
  return (row) => (namesRows ? undefined : named(row)) ?? `${source(row)} ${row.sample_index}`;
}

function checkpointsOf(rows: readonly Prediction[]): Checkpoint[] {
  const all = new Map(rows.map(({ epoch, step }) => [`${epoch} ${step}`, { epoch, step }]));
  return [...all.values()].sort(compareCheckpoints);
}

const isAt =
  (checkpoint: Checkpoint) =>
  (row: Prediction): boolean =>
    compareCheckpoints(row, checkpoint) === 0;

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function valueAt(rows: readonly Prediction[], name: string): number {
  return mean(rows.flatMap((row) => plainScores(row).get(name) ?? []));
}

/** A sample's rows at a checkpoint against those of the one before. */
function markOf(rows: readonly Prediction[], at: Checkpoint, judge: Judge | null): Mark | null {
  const before = checkpointsOf(rows).filter((other) => compareCheckpoints(other, at) < 0);
  const last = before.at(-1);
  if (judge === null || last === undefined) return null;
  const [now, then] = [at, last].map((checkpoint) => valueAt(rows.filter(isAt(checkpoint)), judge.name));
  return compareScores(now ?? Number.NaN, then ?? Number.NaN, judge.direction);
}

export function plainMarks(rows: readonly Prediction[], judge: Judge | null): Map<string, Mark | null> {
  const sampleOf = plainSamples(rows);
  const live = plainLive(rows);
  return new Map(
    rows.map((row) => {
      if (!live.includes(row)) return [row.id, null];
      const same = live.filter((other) => sampleOf(other) === sampleOf(row));
      return [row.id, markOf(same, row, judge)];
    }),
  );
}

export function plainChanges(rows: readonly Prediction[], judge: Judge | null): CheckpointChanges[] {
  const sampleOf = plainSamples(rows);
  const live = plainLive(rows);
  return checkpointsOf(rows).map(({ epoch, step }) => {
    const samples = new Set(live.filter(isAt({ epoch, step })).map(sampleOf));
    const marks = [...samples].map((sample) =>
      markOf(
        live.filter((row) => sampleOf(row) === sample),
        { epoch, step },
        judge,
      ),
    );
    const count = (mark: Mark): number => marks.filter((other) => other === mark).length;
    return { epoch, step, improved: count('better'), regressed: count('worse'), unchanged: count('same') };
  });
}

/** By numpy's default: the value at rank q(n − 1), linear between two ranks. */
function percentile(ascending: readonly number[], share: number): number {
  const rank = share * (ascending.length - 1);
  const [low = Number.NaN, high = low] = ascending.slice(Math.floor(rank), Math.floor(rank) + 2);
  return low + (rank % 1) * (high - low);
}

function plainSummary(means: readonly number[]) {
  const values = means.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (values.length === 0) return null;
  const [min, max] = [values[0], values.at(-1)];
  const [p10, p90] = [percentile(values, 0.1), percentile(values, 0.9)];
  return { mean: mean(values), min, max, p10, p90, count: values.length };
}

/** Of the samples that have one: the shares of those of which all values are 1, and of which one is. */
function plainPasses(samples: readonly (readonly number[])[]) {
  const held = samples.filter((values) => values.length > 0);
  if (held.length === 0) return null;
  const share = (passes: (values: readonly number[]) => boolean): number => held.filter(passes).length / held.length;
  return { all: share((values) => !values.includes(0)), any: share((values) => values.includes(1)) };
}

/** Of the samples with several rows, those of which no score is missing or differs from another. */
function plainGroups(samples: readonly (readonly Prediction[])[], judge: Judge | null) {
  const groups = samples.filter(({ length }) => length > 1);
  if (groups.length === 0) return null;
  const idle = groups.filter((group) => {
    const values = group.map((row) => plainScores(row).get(judge?.name ?? '') ?? Number.NaN);
    return Math.max(...values) - Math.min(...values) < 1e-9;
  });
  return { groups: groups.length, idle: idle.length };
}

export function plainPoints(rows: readonly Prediction[], names: readonly string[], judge: Judge | null) {
  const isShare = (name: string): boolean =>
    rows.every((row) => [0, 1, undefined].includes(plainScores(row).get(name)));
  const sampleOf = plainSamples(rows);
  const live = plainLive(rows);
  const sources = [...new Set(rows.map((row) => row.sample_source ?? ''))].sort();
  return checkpointsOf(rows).flatMap((checkpoint) =>
    sources.flatMap((source) => {
      const here = live.filter((row) => isAt(checkpoint)(row) && (row.sample_source ?? '') === source);
      if (here.length === 0) return [];
      const samples = [...new Set(here.map(sampleOf))].map((sample) => here.filter((row) => sampleOf(row) === sample));
      const valuesOf = (name: string): number[][] =>
        samples.map((same) => same.flatMap((row) => plainScores(row).get(name) ?? []));
      const scores = names.map((name) => plainSummary(valuesOf(name).map(mean)));
      const passes = names.map((name) => (isShare(name) ? plainPasses(valuesOf(name)) : null));
      const groups = plainGroups(samples, judge);
      return [{ ...checkpoint, source, samples: samples.length, predictions: here.length, scores, passes, groups }];
    }),
  );
}

/** What the server tells of checkpoints, over all their sources. */
export function plainCheckpoints(rows: readonly Prediction[], names: readonly string[]) {
  const sampleOf = plainSamples(rows);
  const live = plainLive(rows);
  return checkpointsOf(rows).map((checkpoint) => {
    const here = live.filter(isAt(checkpoint));
    const all = rows.filter(isAt(checkpoint)).length;
    const samples = [...new Set(here.map(sampleOf))].map((sample) => here.filter((row) => sampleOf(row) === sample));
    const counts = { sample_count: samples.length, prediction_count: all };
    const scores = names.flatMap((name) => {
      const summary = plainSummary(samples.map((same) => valueAt(same, name)));
      return summary === null ? [] : [[name, summary] as const];
    });
    return {
      ...checkpoint,
      ...counts,
      scores: Object.fromEntries(scores),
      checkpoint: { ...checkpoint, ...counts, superseded_count: all - here.length },
    };
  });
}

/** What a server of FineTune Lab's API tells of epochs, over rows. */
export function plainTrends(rows: readonly Prediction[]): TrendPoint[] {
  const live = plainLive(rows);
  return [...new Set(live.map(({ epoch }) => epoch))]
    .sort((a, b) => a - b)
    .map((epoch) => {
      const here = live.filter((row) => row.epoch === epoch);
      const values = (name: string) => here.flatMap((row) => plainScores(row).get(name) ?? []);
      const average = (name: string) => (values(name).length === 0 ? null : mean(values(name)));
      const rates = values('char_error_rate');
      return {
        epoch,
        step: Math.max(...here.map(({ step }) => step)),
        sample_count: here.length,
        avg_exact_match: average('exact_match'),
        avg_char_error_rate: average('char_error_rate'),
        avg_length_ratio: average('length_ratio'),
        avg_word_overlap: average('word_overlap'),
        min_char_error_rate: rates.length === 0 ? null : Math.min(...rates),
        max_char_error_rate: rates.length === 0 ? null : Math.max(...rates),
        validation_pass_rate: average('validation_pass'),
      };
    });
}
