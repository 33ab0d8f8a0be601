import type { HistoryEntry, HostMessageOf, SampleSummary } from '../../src/panel/protocol.ts';
import { withChanged } from '../changed.ts';

type Comparison = HostMessageOf<'comparison'>;

/**
 * The comparison to show, with all samples and answers, after a message that may tell of the changed ones only. The
 * history is the same list where nothing of it changed.
 */
export function nextComparison(shown: Comparison | null, arrived: Comparison): Comparison {
  const samples = arrived.allSamples
    ? arrived.samples
    : withChanged<SampleSummary>(shown?.samples ?? [], arrived.samples, compareSamples);
  if (arrived.allHistory) return { ...arrived, samples };
  return { ...arrived, samples, history: withEntries(shown?.history ?? [], arrived) };
}

function compareSamples(a: SampleSummary, b: SampleSummary): number {
  return a.sampleIndex - b.sampleIndex || (a.key === b.key ? 0 : a.key < b.key ? -1 : 1);
}

function withEntries(known: HistoryEntry[], { history: changed, places, shown }: Comparison): HistoryEntry[] {
  if (changed.length === 0 && known.length <= shown) return known;
  const ids = new Set(changed.map(({ id }) => id));
  const history = known.filter(({ id }) => !ids.has(id));
  // Ascending, so what comes before is in its place already.
  changed.forEach((entry, index) => {
    history.splice(places[index] ?? history.length, 0, entry);
  });
  return history.slice(0, shown);
}
