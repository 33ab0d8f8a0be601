import type { CheckpointCount, Page, Row } from '../../src/panel/protocol/table.ts';
import type { Condition } from '../../src/panel/protocol/view.ts';
import type { HostMessageOf, ScoreInfo } from '../../src/panel/protocol.ts';
import { plainName } from '../../src/plainText.ts';
import type { EpochSummary } from '../../src/wire/responses.ts';
import { descendingCheckpoints, descendingEpochs, withChanged } from '../changed.ts';
import type { PanelStatus } from '../panelStatus.ts';
import { type Absence, absenceOf } from '../texts/absence.ts';
import type { Formats } from '../texts/formats.ts';
import { scoreTitle } from '../texts/scoreTexts.ts';
import type { Filters } from '../viewState.ts';
import { beginning } from './grid/beginnings.ts';

export type { Page };

/** The whole page that a message tells of, with the rows of the message before it. */
export function wholePage(message: HostMessageOf<'page'>, known: readonly Row[]): Page {
  const byId = new Map(known.map((row) => [row.id, row]));
  return { ...message, rows: message.rows.flatMap((row) => (typeof row === 'string' ? (byId.get(row) ?? []) : row)) };
}

/** "Showing 1–10 of 520", or "… so far" while rows are still searched. */
export function rangeText(page: Page, formats: Formats): string {
  const total = `${formats.count(page.total)}${page.searching ? ' so far' : ''}`;
  if (page.rows.length === 0) return `Showing 0 of ${total}`;
  const first = formats.count(page.offset + 1);
  const last = formats.count(page.offset + page.rows.length);
  return `Showing ${first}–${last} of ${total}`;
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

/** The choices of the page size beside `Fit`, the present one among them. */
export function pageSizes(present: number | null): number[] {
  return [...new Set([10, 25, 50, 100, ...(present === null ? [] : [present])])].sort((a, b) => a - b);
}

/** "All (57)": the choice of all epochs, with the count of their rows. */
export function allEpochsText(stored: number, formats: Formats): string {
  return `All (${formats.count(stored)})`;
}

/** "1 (7)": an epoch and its count. */
export function epochText({ epoch, prediction_count }: EpochSummary, formats: Formats): string {
  return `${formats.count(epoch)} (${formats.count(prediction_count)})`;
}

/** "Step 1,200 (48)": a checkpoint and its count. */
export function checkpointText(
  { step, predictions }: Pick<CheckpointCount, 'step' | 'predictions'>,
  formats: Formats,
): string {
  return `Step ${formats.count(step)} (${formats.count(predictions)})`;
}

/** "reward ≥ 0.5", "judge is none" */
export function conditionText(condition: Condition, scores: readonly ScoreInfo[]): string {
  const title = beginning(scoreTitle(condition.score, scores), 80);
  // As it was typed: rounded, it would say what is not asked for.
  return condition.comparison === 'none' ? `${title} is none` : `${title} ${condition.comparison} ${condition.value}`;
}

/** The source of rows that name none has no name. */
export function sourceText(source: string): string {
  return source === '' ? 'none' : beginning(plainName(source), 80);
}

/** "12 new"; null when nothing waits. */
export function newRowsText(newRows: number, formats: Formats): string | null {
  return newRows > 0 ? `${formats.count(newRows)} new` : null;
}

/** "epoch 3, “Leeds”, reward < 0.5, regressed only"; null when no filter is set. */
export function filtersText(filters: Filters, formats: Formats, scores: readonly ScoreInfo[] = []): string | null {
  const set = [
    filters.epoch === null || filters.step !== null ? null : `epoch ${formats.count(filters.epoch)}`,
    filters.step === null ? null : `step ${formats.count(filters.step)}`,
    filters.source === null ? null : `source ${sourceText(filters.source)}`,
    filters.search === '' ? null : `“${beginning(filters.search, 80)}”`,
    ...filters.conditions.map((condition) => conditionText(condition, scores)),
    filters.regressedOnly ? 'regressed only' : null,
    filters.invalidOnly ? 'invalid only' : null,
  ].filter((filter) => filter !== null);
  return set.length === 0 ? null : set.join(', ');
}

/**
 * What stands in for the table; null when there are rows.
 *
 * @param page null before the first one came
 */
export function pageAbsence(
  page: Page | null,
  filters: Filters,
  status: PanelStatus,
  formats: Formats,
  scores: readonly ScoreInfo[] = [],
): Absence | null {
  if (page === null) return absenceOf('unknown', status);
  if (page.rows.length > 0) return null;
  if (page.searching) return { text: 'Searching…', busy: true, action: null };
  const set = filtersText(filters, formats, scores);
  // The epochs count what is held, whatever the filters show.
  if (set !== null && page.total === 0 && page.epochs.length > 0) {
    return { text: `No predictions match the filters: ${set}.`, busy: false, action: 'Clear filters' };
  }
  // Rows that this page does not reach, or that a filter hid: the page that shows them is on its way.
  return absenceOf(page.total > 0 || page.epochs.length > 0 ? 'unknown' : 'none', status);
}

/** A search that is over by then shows nothing of what it found on its way, in ms: rows that come and go flicker. */
export const shortSearch = 300;

/** All epochs and checkpoints by now, of which a page tells those that changed. */
function knownParts(shown: Page | null, arrived: Page): Pick<Page, 'epochs' | 'checkpoints'> {
  const epochs =
    shown === null || arrived.allEpochs ? arrived.epochs : withChanged(shown.epochs, arrived.epochs, descendingEpochs);
  const checkpoints =
    shown === null || arrived.allCheckpoints
      ? arrived.checkpoints
      : withChanged(shown.checkpoints, arrived.checkpoints, descendingCheckpoints);
  return { epochs, checkpoints };
}

/**
 * The page to show, with all epochs and checkpoints: where a search has found nothing so far, the rows before it stay
 * until it has.
 *
 * @param searchedFor how long a search has been under way, in ms
 */
export function nextPage(shown: Page | null, arrived: Page, searchedFor: number): Page {
  const isShort = searchedFor < shortSearch && shown !== null && shown.rows.length > 0;
  const wait = arrived.searching && (isShort || arrived.rows.length === 0) && shown !== null;
  if (wait) return { ...shown, ...knownParts(shown, arrived), stored: arrived.stored, searching: !isShort };
  const isWhole = shown === null || (arrived.allEpochs && arrived.allCheckpoints);
  return isWhole ? arrived : { ...arrived, ...knownParts(shown, arrived) };
}
