import type { HistoryEntry } from '../../src/panel/protocol/comparison.ts';
import type { WholeTexts } from '../../src/panel/protocol/texts.ts';
import type { Scores } from '../scores.ts';

/** An answer of the comparison on the screen. */
export interface HistoryEntryView {
  readonly element: HTMLElement;
  /** @param canDiff whether there is a text to open it against, or one of its completions */
  show(entry: HistoryEntry, canDiff: (entry: HistoryEntry) => boolean, scores: Scores): void;
  /** Scrolls to the entry and gives its heading the focus. */
  jumpTo(): void;
}

/** Said of a chat of which even all that is told is a part. */
export const wholeInJson = 'Copy as JSON, in an open row of the Predictions tab, takes all of it.';

export interface EntryActions {
  copy(id: string): void;
  openDiff(id: string): void;
  /** Shows the completions that an answer stands for, or hides them. */
  toggle(key: string): void;
  /** The reader wants all of an answer in the page. */
  isWhole(id: string): boolean;
  /** All of a prediction's texts, where the host sent them. */
  whole(id: string): WholeTexts | null;
  /** Asks the host for them. */
  askWhole(id: string): void;
  /** @param isCut it has to be asked for */
  toggleWhole(id: string, isCut: boolean): void;
}
