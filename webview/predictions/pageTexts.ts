import type { ConnectionLabel, HostMessageOf, ViewState } from '../../src/panel/protocol.ts';
import type { EpochSummary } from '../../src/wire/responses.ts';
import type { Formats } from '../formats.ts';

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

/** Where the page ends up that lies behind the last row, as after a filter: null when it does not. */
export function offsetInRange(page: Page, pageSize: number): number | null {
  if (page.rows.length > 0 || page.offset === 0) return null;
  return page.total === 0 ? 0 : Math.floor((page.total - 1) / pageSize) * pageSize;
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

/** Why there is no row, and what to do. */
export interface Absence {
  text: string;
  /** More may come by itself at any moment. */
  busy: boolean;
  /** The filter hides all there is. */
  filtered: boolean;
}

/**
 * What stands in for the table; null when there are rows.
 *
 * @param page null before the first one came
 */
export function absence(
  page: Page | null,
  view: Pick<ViewState, 'epoch'>,
  status: { label: ConnectionLabel | null; loading: boolean },
): Absence | null {
  if (page !== null && page.rows.length > 0) return null;
  const because = (text: string) => ({ text, busy: false, filtered: false });
  const wait = (text: string) => ({ text, busy: true, filtered: false });
  switch (status.label) {
    case 'Sign in':
      return because('Set an API key to read the predictions of this job.');
    case 'Deleted':
      return because('This job is no longer on the server, and no prediction of it is held here.');
    default:
  }
  // The epochs count what is held, whatever the filter shows.
  if (page !== null && view.epoch !== null && page.epochs.length > 0) {
    return { text: `No predictions in epoch ${view.epoch}.`, busy: false, filtered: true };
  }
  switch (status.label) {
    case 'Connecting':
      return wait('Connecting to the server…');
    case 'Reconnecting':
    case 'Offline':
      return because('No predictions yet. The server cannot be reached at the moment.');
    case 'Paused':
      return because('No predictions yet. Resume live updates to receive them.');
    default:
  }
  if (page === null || page.total > 0 || status.loading) return wait('Loading predictions…');
  if (status.label === 'Finished') return because('This job ended without predictions.');
  return because('No predictions yet. They appear here as soon as the training script sends them.');
}
