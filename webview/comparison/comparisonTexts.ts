import type { HistoryEntry, SampleSummary } from '../../src/panel/protocol.ts';
import type { Formats } from '../formats.ts';

/** How an answer compares with that of the epoch before, by character error rate. */
export type Change = 'better' | 'worse' | 'same';

export const changeSigns: Record<Change, string> = { better: '▲', worse: '▼', same: '=' };

/**
 * One change for each entry; null for the first epoch and where either has no rate.
 *
 * @param history the newest epoch first
 */
export function changes(history: readonly HistoryEntry[]): (Change | null)[] {
  return history.map((entry, index) => {
    const before = history.slice(index + 1).find(({ epoch }) => epoch < entry.epoch);
    if (before === undefined || before.charErrorRate === null || entry.charErrorRate === null) return null;
    if (entry.charErrorRate < before.charErrorRate) return 'better';
    return entry.charErrorRate > before.charErrorRate ? 'worse' : 'same';
  });
}

/** "#3 Can you get 32 tea kettles … (31 epochs)". */
export function sampleText({ sampleIndex, prompt, epochs }: SampleSummary, formats: Formats): string {
  const words = prompt.replaceAll(/\s+/g, ' ').trim();
  return `#${sampleIndex} ${words} (${formats.count(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'})`;
}
