import type { HostMessageOf } from '../src/panel/protocol.ts';

/** What the host last said of a job's scores, sources and checkpoints. */
export type Scores = Omit<HostMessageOf<'scores'>, 'type'>;

export const noScores: Scores = {
  scores: [],
  leftOut: 0,
  judge: null,
  chosen: null,
  sources: [],
  byEpoch: true,
  completions: false,
  supersedes: false,
  truths: null,
};
