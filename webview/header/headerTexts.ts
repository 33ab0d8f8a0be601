import type { ConnectionLabel, ConnectionSummary, Counts, JobSummary, PanelCommand } from '../../src/panel/protocol.ts';
import type { Formats } from '../texts/formats.ts';

/**
 * "epoch 19 of 30"; "epoch 1 of 3 · step 650 of 1,950" where steps tell more, without the epoch where there is one only.
 * Null before the job said.
 */
export function epochText(job: JobSummary, formats: Formats): string | null {
  const step = ofTotal('step', job.currentStep, job.totalSteps, formats);
  const isOne = job.totalEpochs !== null && job.totalEpochs <= 1;
  const epoch = step !== null && isOne ? null : ofTotal('epoch', job.currentEpoch, job.totalEpochs, formats);
  return epoch === null || step === null ? (epoch ?? step) : `${epoch} · ${step}`;
}

/** The job's id, where its title does not tell it. */
export function idText({ id, title }: JobSummary): string | null {
  return title === id || title.startsWith(`${id} · `) ? null : `job ${id}`;
}

function ofTotal(unit: string, current: number | null, total: number | null, formats: Formats): string | null {
  if (current === null) return null;
  const text = `${unit} ${formats.count(current)}`;
  return total === null ? text : `${text} of ${formats.count(total)}`;
}

/** What stands above the reason of a job that failed or was cancelled; null for any other. */
export function failureTitle({ status, failure }: JobSummary): string | null {
  if (failure === null) return null;
  const what = status === 'failed' ? 'The job failed' : 'The job was cancelled';
  return failure === '' ? `${what} and left no reason.` : `${what}:`;
}

/** Fields that the server of a job does not know, in one sentence; null where it knows all. */
export function unknownFieldsText({ unknownFields = [] }: JobSummary): string | null {
  const [first] = unknownFields;
  if (first === undefined) return null;
  if (unknownFields.length === 1) return `The field “${first.name}” is not known: is “${first.near}” meant?`;
  const pairs = unknownFields.map(({ name, near }) => `“${name}” (is “${near}” meant?)`);
  return `These fields are not known: ${pairs.join(', ')}`;
}

/** "520 predictions", or "480 of 520 predictions" where some cannot be read, or it is not proven that all are held. */
export function predictionsText(counts: Counts, formats: Formats): string {
  const known = counts.held + counts.unreadableRows;
  const total = counts.caughtUp ? known : Math.max(counts.onServer ?? 0, known);
  if (total === counts.held && (counts.caughtUp || counts.onServer === null)) {
    return counted(counts.held, 'prediction', formats);
  }
  return `${formats.count(counts.held)} of ${counted(total, 'prediction', formats)}`;
}

/** "1 unreadable prediction", or "event" where it is not known to be one; null when all could be read. */
export function unreadableText(counts: Counts, formats: Formats): string | null {
  if (counts.unreadable === 0) return null;
  const what = counts.unreadable === counts.unreadableRows ? 'unreadable prediction' : 'unreadable event';
  return counted(counts.unreadable, what, formats);
}

/**
 * "last one 2 s ago"; null before the first.
 *
 * @param now ms since 1970, by the clock that stamped the arrival
 */
export function lastArrivalText(counts: Counts, now: number, formats: Formats): string | null {
  if (counts.lastArrival === null) return null;
  const age = now - counts.lastArrival;
  return age < 1000 ? 'last one just now' : `last one ${formats.duration(age)} ago`;
}

/** "Next try in 4 s"; null when none is planned or it is due. */
export function retryText(connection: ConnectionSummary, now: number, formats: Formats): string | null {
  if (connection.retryAt === null || connection.retryAt <= now) return null;
  // Up, so that the count does not show 0 for a whole second before anything happens.
  return `Next try in ${formats.duration(Math.ceil((connection.retryAt - now) / 1000) * 1000)}`;
}

export interface Action {
  command: PanelCommand;
  text: string;
}

/** The header's button: pauses what runs, resumes what is paused; none where neither would do anything. */
export function liveAction(label: ConnectionLabel): Action | null {
  switch (label) {
    case 'Live':
    case 'Connecting':
    case 'Reconnecting':
    case 'Polling':
    case 'Offline':
      return { command: 'pause', text: 'Pause' };
    case 'Paused':
      return { command: 'resume', text: 'Resume' };
    case 'Sign in':
    case 'Deleted':
    case 'Finished':
    case 'Failed':
    case 'Cancelled':
      return null;
  }
}

/** The button beside a problem: what a person would do next. */
export function problemAction(label: ConnectionLabel): Action {
  switch (label) {
    case 'Sign in':
      return { command: 'setApiKey', text: 'Set API Key' };
    case 'Reconnecting':
    case 'Polling':
    case 'Offline':
      return { command: 'reconnect', text: 'Reconnect' };
    case 'Deleted':
      return { command: 'stopWatching', text: 'Stop Watching' };
    case 'Live':
    case 'Connecting':
    case 'Paused':
    case 'Finished':
    case 'Failed':
    case 'Cancelled':
      return { command: 'showLog', text: 'Show Log' };
  }
}

/** How good the state is, for its colour; the word beside it says the same. */
export function connectionTone(label: ConnectionLabel): 'good' | 'waiting' | 'bad' | 'quiet' {
  switch (label) {
    case 'Live':
      return 'good';
    case 'Connecting':
    case 'Reconnecting':
    case 'Polling':
      return 'waiting';
    case 'Offline':
    case 'Sign in':
    case 'Deleted':
    case 'Failed':
      return 'bad';
    case 'Paused':
    case 'Finished':
    case 'Cancelled':
      return 'quiet';
  }
}

function counted(count: number, noun: string, formats: Formats): string {
  return `${formats.count(count)} ${noun}${count === 1 ? '' : 's'}`;
}
