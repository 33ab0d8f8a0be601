import type { HistoryEntry } from '../../src/panel/protocol.ts';
import type { Scores } from '../scores.ts';

/** An answer of the comparison on the screen. */
export interface HistoryEntryView {
  readonly element: HTMLElement;
  /** @param canDiff whether there is a text to open it against, or one of its completions */
  show(entry: HistoryEntry, canDiff: (entry: HistoryEntry) => boolean, scores: Scores): void;
  /** Scrolls to the entry and gives its heading the focus. */
  jumpTo(): void;
}

export interface EntryActions {
  copy(id: string): void;
  openDiff(id: string): void;
  /** Shows the completions that an answer stands for, or hides them. */
  toggle(key: string): void;
  /** The reader wants all of an answer in the page. */
  isWhole(id: string): boolean;
  /** All of it, where the host sent it. */
  wholeText(id: string): string | null;
  /** @param isCut it has to be asked for */
  toggleWhole(id: string, isCut: boolean): void;
}
