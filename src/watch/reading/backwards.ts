import { maxPageSize } from '../../wire/responses.ts';
import { runsOf } from './groups.ts';
import type { JobReading } from './jobReading.ts';

/** The whole job from its end, which is its newest epochs. Pages that shrink on a bad network leave no gap. */
export async function readBackwards(reading: JobReading, lacking: () => number, total: number): Promise<void> {
  for (let end = total; end > 0 && lacking() > 0; ) {
    const start = Math.max(0, end - maxPageSize);
    const rows: unknown[] = [];
    while (start + rows.length < end) {
      const offset = start + rows.length;
      const page = await reading.page({ limit: end - offset, offset });
      if (page.length === 0) return;
      await reading.take(page, null);
      rows.push(...page);
    }
    end = start + (start > 0 ? rowsOfCutGroup(rows) : 0);
  }
}

/** How many rows at the beginning of a page are of a group that seems to begin before it. */
function rowsOfCutGroup(rows: readonly unknown[]): number {
  const [first, ...others] = runsOf(rows) ?? [];
  return first !== undefined && others.some(({ length }) => length > first.length) ? first.length : 0;
}
