import type { HistoryEntry, HostMessageOf, SampleSummary } from '../../src/panel/protocol.ts';
import { withChanged } from '../changed.ts';

type Comparison = HostMessageOf<'comparison'>;

/** The comparison to show, with all samples and answers, after a message that may tell of the changed ones only. */
export function nextComparison(shown: Comparison | null, arrived: Comparison): Comparison {
  const samples = arrived.allSamples
    ? arrived.samples
    : withChanged<SampleSummary>(shown?.samples ?? [], arrived.samples, (a, b) => a.sampleIndex - b.sampleIndex);
  if (arrived.allHistory) return { ...arrived, samples };
  return { ...arrived, samples, history: withEntries(shown?.history ?? [], arrived) };
}

function withEntries(known: readonly HistoryEntry[], { history: changed, places, shown }: Comparison): HistoryEntry[] {
  const ids = new Set(changed.map(({ id }) => id));
  const history = ids.size === 0 ? known.slice() : known.filter(({ id }) => !ids.has(id));
  // Ascending, so what comes before is in its place already.
  changed.forEach((entry, index) => {
    history.splice(places[index] ?? history.length, 0, entry);
  });
  return history.slice(0, shown);
}
