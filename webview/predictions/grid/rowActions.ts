import type { SampleKey } from '../../../src/model/samples.ts';
import type { ViewState } from '../../../src/panel/protocol/view.ts';
import type { WebviewMessageOf } from '../../../src/panel/protocol.ts';

export type Copied = WebviewMessageOf<'copy'>['what'];

/** What a reader can do with a row. */
export interface RowActions {
  toggle(id: string): void;
  copy(id: string, what: Copied): void;
  /** Asks the host once more for what an open row holds. */
  ask(id: string): void;
  /** Asks for all of the texts of one of the completions of an open group. */
  askWhole(id: string): void;
  compareFinalAnswers(finalOnly: boolean): void;
  compareJson(by: ViewState['compareJson']): void;
  /** Opens ground truth and prediction side by side. */
  openDiff(id: string): void;
  /** Turns to the sample's answers over the checkpoints. */
  compare(sample: SampleKey): void;
}
