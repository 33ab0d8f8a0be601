import type { Prediction } from '../wire/prediction.ts';

/**
 * What a row answers: its `prompt_id` or its `sample_index`, of one source. A plain number is an index in a job that
 * names no source.
 */
export type SampleKey = number | string;

/** The source of a row's sample, such as `train` or a task's name; empty where it has none. */
export function sourceOf(row: Pick<Prediction, 'sample_source'>): string {
  return row.sample_source ?? '';
}

/** The key by the row's `prompt_id`; undefined where it has none. */
export function promptKey(row: Pick<Prediction, 'prompt_id' | 'sample_source'>): SampleKey | undefined {
  const { prompt_id: id } = row;
  return id == null || id === '' ? undefined : keyOf('p', sourceOf(row), id);
}

/** The key by `sample_index`. */
export function indexKey(source: string, sampleIndex: number): SampleKey {
  return source === '' ? sampleIndex : keyOf('i', source, sampleIndex);
}

/**
 * With the length before it no source and name together read like two others. The pieces are joined: a template would be
 * kept as a tree of them, many times the size of the text.
 */
function keyOf(kind: 'p' | 'i', source: string, name: string | number): string {
  return [kind, source.length, source, name].join(' ');
}

/**
 * Whether the `prompt_id`s of a job name its samples: in a job of several checkpoints in which none ever comes twice they
 * name rows, and `sample_index` says what is asked.
 */
export function promptIdsNameSamples(severalCheckpoints: boolean, oneCameTwice: boolean): boolean {
  return oneCameTwice || !severalCheckpoints;
}
