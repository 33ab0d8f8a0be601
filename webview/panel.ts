import type { ViewState } from '../src/panel/protocol/view.ts';
import type { PanelCommand, WebviewMessage } from '../src/panel/protocol.ts';
import type { Layout } from './keptState.ts';
import type { PanelStatus } from './panelStatus.ts';
import type { Scores } from './scores.ts';
import type { Formats } from './texts/formats.ts';
import type { Transition } from './viewState.ts';

/** What the parts of the panel share: what is shown, and the way to change it. */
export interface Panel {
  readonly formats: Formats;
  view(): ViewState;
  status(): PanelStatus;
  /** What rows are told apart and judged by. */
  scores(): Scores;
  /** Changes what is shown: kept, told to the host and drawn, unless it comes to the same. */
  change(transition: Transition): void;
  layout(): Layout;
  /** Keeps how the table lies, without drawing anything. */
  keepLayout(layout: Partial<Layout>): void;
  post(message: WebviewMessage): void;
  run(command: PanelCommand): void;
  /** Tells what has no other sign, or none that a screen reader would notice. */
  say(text: string): void;
}
