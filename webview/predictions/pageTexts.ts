import type { HostMessageOf } from '../../src/panel/protocol.ts';
import type { EpochSummary } from '../../src/wire/responses.ts';
import { type Absence, absenceOf } from '../absence.ts';
import type { Formats } from '../formats.ts';
import type { PanelStatus } from '../panelStatus.ts';

export type Page = HostMessageOf<'page'>;

/** "Showing 1–10 of 520". */
export function rangeText(page: Page, formats: Formats): string {
  if (page.rows.length === 0) return `Showing 0 of ${formats.count(page.total)}`;
  const first = formats.count(page.offset + 1);
  const last = formats.count(page.offset + page.rows.length);
  return `Showing ${first}–${last} of ${formats.count(page.total)}`;
}

/** "2 / 52": this page and how many there are. */
export function pageNumberText(page: Page, pageSize: number, formats: Formats): string {
  const current = Math.floor(page.offset / pageSize) + 1;
  const pages = Math.max(current, Math.ceil(page.total / pageSize));
  return `${formats.count(current)} / ${formats.count(pages)}`;
}

/** The first row of the last page: where an offset ends up that lies behind all rows, as after a filter. */
export function lastOffset(total: number, pageSize: number): number {
  return Math.max(0, Math.ceil(total / pageSize) - 1) * pageSize;
}

/** The choices of the page size, the present one among them. */
export function pageSizes(present: number): number[] {
  return [...new Set([10, 25, 50, 100, present])].sort((a, b) => a - b);
}

/** A choice of the epoch filter: null stands for all. */
export interface EpochChoice {
  epoch: number | null;
  text: string;
}

/** All epochs, then each with its count, newest first. */
export function epochChoices(epochs: readonly EpochSummary[], formats: Formats): EpochChoice[] {
  const all = epochs.reduce((sum, { prediction_count }) => sum + prediction_count, 0);
  return [
    { epoch: null, text: `All (${formats.count(all)})` },
    ...epochs
      .toSorted((a, b) => b.epoch - a.epoch)
      .map(({ epoch, prediction_count }) => ({
        epoch,
        text: `${formats.count(epoch)} (${formats.count(prediction_count)})`,
      })),
  ];
}

/** "12 new"; null when nothing waits. */
export function newRowsText(newRows: number, formats: Formats): string | null {
  return newRows > 0 ? `${formats.count(newRows)} new` : null;
}

/**
 * What stands in for the table; null when there are rows.
 *
 * @param page null before the first one came
 */
export function pageAbsence(page: Page | null, epoch: number | null, status: PanelStatus): Absence | null {
  if (page === null) return absenceOf('unknown', status);
  if (page.rows.length > 0) return null;
  // The epochs count what is held, whatever the filter shows.
  if (epoch !== null && page.total === 0 && page.epochs.length > 0) {
    return { text: `No predictions in epoch ${epoch}.`, busy: false, action: 'Show all epochs' };
  }
  // Rows that this page does not reach: the one that does is on its way.
  return absenceOf(page.total > 0 ? 'unknown' : 'none', status);
}
