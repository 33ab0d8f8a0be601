/** By which scores a job is judged, in the form of its `config`. */
export interface Judging {
  readonly deciding_score?: string;
  readonly scores?: Readonly<Record<string, { readonly better: 'higher' | 'lower' | 'none' }>>;
}

/**
 * @param metrics of a harness, the first of which it reports first
 * @param scores names under `scores`
 * @param columns of the tables
 */
export function judgingOf(metrics: readonly string[], scores: readonly string[], columns: readonly string[]): Judging {
  // How likely an answer was says nothing of whether it is right.
  const likelihoods = scores.filter((name) => /^log_likelihood(_\d+)?$/.test(name));
  const isRollout = (columns.includes('gts') && columns.includes('input')) || columns.includes('output_response');
  const deciding = metrics[0] ?? (isRollout ? 'score' : undefined);
  return {
    ...(deciding === undefined ? {} : { deciding_score: deciding }),
    ...(likelihoods.length === 0
      ? {}
      : { scores: Object.fromEntries(likelihoods.map((name) => [name, { better: 'none' as const }])) }),
  };
}
