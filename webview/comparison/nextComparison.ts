import { placeIn } from '../../src/model/ascending.ts';
import { compareTexts } from '../../src/model/order.ts';
import type { SampleKey } from '../../src/model/samples.ts';
import type { HistoryEntry, SampleSummary } from '../../src/panel/protocol/comparison.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { withChanged } from '../changed.ts';

type Comparison = HostMessageOf<'comparison'>;

/**
 * The comparison to show, with all samples and answers, after a message that may tell of the changed ones only. The
 * history is the same list where nothing of it changed.
 */
export function nextComparison(shown: Comparison | null, arrived: Comparison): Comparison {
  const known = shown?.samples ?? [];
  const samples = arrived.allSamples
    ? arrived.samples
    : arrived.samples.length === 0
      ? known
      : withSamples(known, arrived.samples);
  if (arrived.allHistory) return { ...arrived, samples };
  return { ...arrived, samples, history: withEntries(shown?.history ?? [], arrived) };
}

/** A sample whose number is another one now leaves its place, all of them in one walk over the list. */
function withSamples(known: SampleSummary[], changed: readonly SampleSummary[]): SampleSummary[] {
  const moved = new Set<SampleKey>();
  for (const sample of changed) {
    const held = known[placeIn(known, (other) => compareSamples(other, sample) < 0)];
    if (held === undefined || compareSamples(held, sample) !== 0) moved.add(sample.key);
  }
  return withChanged(moved.size === 0 ? known : known.filter(({ key }) => !moved.has(key)), changed, compareSamples);
}

/** As the host has them. */
function compareSamples(a: SampleSummary, b: SampleSummary): number {
  return (
    a.sampleIndex - b.sampleIndex || compareTexts(a.source, b.source) || compareTexts(String(a.key), String(b.key))
  );
}

function withEntries(known: HistoryEntry[], { history: changed, places, shown }: Comparison): HistoryEntry[] {
  if (changed.length === 0 && known.length <= shown) return known;
  const keys = new Set(changed.map(({ key }) => key));
  const history = known.filter(({ key }) => !keys.has(key));
  // Ascending, so what comes before is in its place already.
  changed.forEach((entry, index) => {
    history.splice(places[index] ?? history.length, 0, entry);
  });
  return history.slice(0, shown);
}
