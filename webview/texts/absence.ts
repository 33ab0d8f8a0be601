import type { PanelStatus } from '../panelStatus.ts';

/** Why there is nothing to show, and what to do. */
export interface Absence {
  text: string;
  /** It is on its way. */
  busy: boolean;
  /** The button that leads to something, where there is one. */
  action: string | null;
}

/**
 * What stands in for a table, a list or charts; null when there is something to show.
 *
 * @param content `unknown` while the host has not answered
 */
export function absenceOf(content: 'unknown' | 'none' | 'some', status: PanelStatus): Absence | null {
  if (content === 'some') return null;
  switch (status.label) {
    case 'Sign in':
      return because('Set an API key to read the predictions of this job.');
    case 'Deleted':
      return because('This job is no longer on the server, and no prediction of it is held here.');
    case 'Connecting':
      return wait('Connecting to the server…');
    case 'Reconnecting':
    case 'Offline':
      return because('No predictions yet. The server cannot be reached at the moment.');
    case 'Paused':
      return because('No predictions yet. Resume live updates to receive them.');
    default:
  }
  if (content === 'unknown' || status.loading) return wait('Loading predictions…');
  if (status.label === 'Failed') return because('This job failed before it sent a prediction.');
  if (status.label === 'Cancelled') return because('This job was cancelled before it sent a prediction.');
  if (status.label === 'Finished') return because('This job ended without predictions.');
  return because('No predictions yet. They appear here as soon as the training script sends them.');
}

function because(text: string): Absence {
  return { text, busy: false, action: null };
}

function wait(text: string): Absence {
  return { text, busy: true, action: null };
}
