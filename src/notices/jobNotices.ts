/**
 * What a person is told of a watched job. Pure: it is shown what is known of the job whenever that changed and now and
 * then, and says what is news. Each notice names its cause; whoever tells it makes sure that a cause is told once.
 */
import { isActive } from '../wire/job.ts';
import type { TrendPoint } from '../wire/trends.ts';
import { charErrorRate, completeEpochs, type Episode, presentEpisode, validationPassRate } from './episodes.ts';
import { beginSilence, hear, interrupt, type Silence, unusualSilence, usualPause } from './silence.ts';

/** What is known of a job at one moment. */
export interface JobFacts {
  /** Null while no listing told of it. */
  status: string | null;
  /** Predictions can be seen to arrive. */
  connected: boolean;
  /** Proven: what is held is what the server has. */
  caughtUp: boolean;
  held: number;
  /** Ascending by epoch. */
  points: readonly TrendPoint[];
}

export type JobNotice =
  | { kind: 'runEnded'; cause: string; status: string; held: number; last: TrendPoint | null }
  | { kind: 'qualityRegressed' | 'validationDropped'; cause: string; episode: Episode }
  /** Both times are in ms. */
  | { kind: 'noPredictions'; cause: string; quiet: number; usual: number };

export interface JobMemory {
  readonly at: number;
  readonly held: number;
  /** The job was seen to run since its last end. */
  readonly ran: boolean;
  /** When it was first seen to have ended, until that is told; ms. */
  readonly endedAt: number | null;
  /** False until all was held for the first time: what had happened by then is no news. */
  readonly begun: boolean;
  /** The episode that is no news any more, by kind. */
  readonly known: { readonly qualityRegressed: string | null; readonly validationDropped: string | null };
  readonly silence: Silence;
}

/** Two looks that lie further apart had a sleeping machine between them; ms. */
export const longestLook = 60_000;
/** An end is told once everything is held, so that its text is final, but no later than this; ms. */
const endPatience = 30_000;

export function beginMemory(facts: JobFacts, now: number): JobMemory {
  return {
    at: now,
    held: facts.held,
    ran: false,
    endedAt: null,
    begun: false,
    known: { qualityRegressed: null, validationDropped: null },
    silence: beginSilence(facts.held, now),
  };
}

/**
 * @param percent how far above its best epoch a character error rate counts as regressed, in percent of that
 * @param now ms since 1970
 */
export function look(
  past: JobMemory,
  facts: JobFacts,
  percent: number,
  now: number,
): { memory: JobMemory; notices: JobNotice[] } {
  // Predictions leave only with their whole job: another life of it has begun.
  const memory = facts.held < past.held ? beginMemory(facts, now) : past;
  const runs = facts.status !== null && isActive(facts.status);
  const ended = facts.status !== null && !runs;
  const endedAt = ended && memory.ran ? (memory.endedAt ?? now) : null;
  const end = endOf(facts, endedAt, now);
  const quality = facts.caughtUp ? qualityOf(memory, facts, ended, percent) : null;
  const { silence, notice } = silenceOf(memory, facts, now);
  return {
    memory: {
      at: now,
      held: facts.held,
      ran: runs || (memory.ran && end === null),
      endedAt: end === null ? endedAt : null,
      begun: memory.begun || facts.caughtUp,
      known: quality?.known ?? memory.known,
      silence,
    },
    notices: [...(quality?.notices ?? []), ...(notice === null ? [] : [notice]), ...(end === null ? [] : [end])],
  };
}

function endOf({ status, caughtUp, held, points }: JobFacts, endedAt: number | null, now: number): JobNotice | null {
  if (status === null || endedAt === null) return null;
  if (!caughtUp && now - endedAt < endPatience) return null;
  return { kind: 'runEnded', cause: `${status} ${held}`, status, held, last: points.at(-1) ?? null };
}

function qualityOf(
  { begun, known }: JobMemory,
  { points }: JobFacts,
  jobEnded: boolean,
  percent: number,
): { known: JobMemory['known']; notices: JobNotice[] } {
  const complete = completeEpochs(points, jobEnded);
  const notices: JobNotice[] = [];
  const judge = (kind: 'qualityRegressed' | 'validationDropped', episode: Episode | null): string | null => {
    if (episode === null) return null;
    const cause = `${episode.best.epoch} ${episode.since}`;
    if (begun && cause !== known[kind]) notices.push({ kind, cause, episode });
    return cause;
  };
  return {
    known: {
      qualityRegressed: judge('qualityRegressed', presentEpisode(complete, charErrorRate(percent))),
      validationDropped: judge('validationDropped', presentEpisode(complete, validationPassRate)),
    },
    notices,
  };
}

function silenceOf(
  { silence: before, at }: JobMemory,
  { status, connected, caughtUp, held }: JobFacts,
  now: number,
): { silence: Silence; notice: JobNotice | null } {
  const isSeen = connected && caughtUp && status === 'running' && now - at <= longestLook;
  if (!isSeen) return { silence: interrupt(before, held, now), notice: null };
  const silence = hear(before, held, now);
  const quiet = unusualSilence(silence, now);
  if (quiet === null || silence.told) return { silence, notice: null };
  return {
    silence: { ...silence, told: true },
    notice: { kind: 'noPredictions', cause: String(held), quiet, usual: usualPause(silence) ?? 0 },
  };
}
