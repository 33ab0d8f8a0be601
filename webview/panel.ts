import type { PanelCommand, ViewState, WebviewMessage } from '../src/panel/protocol.ts';
import type { Formats } from './formats.ts';
import type { PanelStatus } from './panelStatus.ts';
import type { Transition } from './viewState.ts';

/** What the parts of the panel share: what is shown, and the way to change it. */
export interface Panel {
  readonly formats: Formats;
  view(): ViewState;
  status(): PanelStatus;
  /** Changes what is shown: kept, told to the host and drawn, unless it comes to the same. */
  change(transition: Transition): void;
  post(message: WebviewMessage): void;
  run(command: PanelCommand): void;
}
