/**
 * What a person is told of a watched job. Pure: it is shown what is known of the job whenever that changed and now and
 * then, and says what is news. Each notice names its cause; whoever tells it makes sure that a cause is told once.
 */
import { isActive } from '../wire/job.ts';
import type { TrendPoint } from '../wire/trends.ts';
import {
  charErrorRate,
  completeCheckpoints,
  completeEpochs,
  type Episode,
  judgedBy,
  type Measure,
  presentEpisode,
  type Rated,
  validationAtCheckpoints,
  validationPassRate,
} from './episodes.ts';
import type { JudgedBy, Quality, Series } from './runQuality.ts';
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
  /** Null where `points` tell all. */
  quality: Quality | null;
}

/** What is told of an episode where not its epochs and the character error rate tell it. */
export interface Judged {
  readonly judge: JudgedBy | null;
  readonly byEpoch: boolean;
  /** Empty where the job has one. */
  readonly source: string;
}

export type JobNotice =
  | {
      kind: 'runEnded';
      cause: string;
      status: string;
      held: number;
      last: TrendPoint | null;
      /** Null where `last` tells it. */
      quality: Quality | null;
    }
  | {
      kind: 'qualityRegressed' | 'validationDropped';
      cause: string;
      episode: Episode;
      /** Null for the character error rate, or the validation, of an epoch. */
      judged: Judged | null;
    }
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
  /** Causes of the episodes that are no news any more, by kind. */
  readonly known: { readonly qualityRegressed: readonly string[]; readonly validationDropped: readonly string[] };
  /** The score by which that was found; an episode by another one is no news when it begins to decide. */
  readonly judge: string;
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
    known: { qualityRegressed: [], validationDropped: [] },
    judge: judgeOf(facts),
    silence: beginSilence(facts.held, now),
  };
}

/**
 * @param percent how far from its best value the deciding score counts as regressed, in percent of that
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
      judge: quality === null ? memory.judge : judgeOf(facts),
      silence,
    },
    notices: [...(quality?.notices ?? []), ...(notice === null ? [] : [notice]), ...(end === null ? [] : [end])],
  };
}

function endOf(
  { status, caughtUp, held, points, quality }: JobFacts,
  endedAt: number | null,
  now: number,
): JobNotice | null {
  if (status === null || endedAt === null) return null;
  if (!caughtUp && now - endedAt < endPatience) return null;
  return { kind: 'runEnded', cause: `${status} ${held}`, status, held, last: points.at(-1) ?? null, quality };
}

function qualityOf(
  { begun, known, judge: knownBy }: JobMemory,
  facts: JobFacts,
  jobEnded: boolean,
  percent: number,
): { known: JobMemory['known']; notices: JobNotice[] } {
  const { points, quality } = facts;
  const epochs = completeEpochs(points, jobEnded);
  const notices: JobNotice[] = [];
  const isNews = begun && knownBy === judgeOf(facts);
  const judge = (kind: keyof JobMemory['known'], found: readonly Found[]): string[] => {
    for (const { cause, episode, judged } of found) {
      if (isNews && !known[kind].includes(cause)) notices.push({ kind, cause, episode, judged });
    }
    return found.map(({ cause }) => cause);
  };
  return {
    known: {
      qualityRegressed: judge(
        'qualityRegressed',
        quality === null ? inEpochs(epochs, charErrorRate(percent)) : ofDecidingScore(quality, jobEnded, percent),
      ),
      validationDropped: judge(
        'validationDropped',
        quality === null || quality.validation === null
          ? inEpochs(epochs, validationPassRate)
          : inSeries(quality.validation, validationAtCheckpoints, quality, jobEnded, null),
      ),
    },
    notices,
  };
}

/** Names what decides; empty for the character error rate of the epochs. */
function judgeOf({ quality }: JobFacts): string {
  return quality === null ? '' : JSON.stringify([quality.judge?.name ?? null, quality.judge?.direction ?? null]);
}

/** An episode that a run is in. */
interface Found {
  readonly cause: string;
  readonly episode: Episode;
  readonly judged: Judged | null;
}

function inEpochs(epochs: readonly TrendPoint[], measure: Measure<TrendPoint>): Found[] {
  const episode = presentEpisode(epochs, measure);
  return episode === null ? [] : [{ cause: `${episode.best.epoch} ${episode.since}`, episode, judged: null }];
}

function ofDecidingScore(quality: Quality, jobEnded: boolean, percent: number): Found[] {
  const { judge, judged } = quality;
  // Of validation people are told by itself.
  if (judge === null || judge.direction === 'none' || judge.name === 'validation_pass') return [];
  return inSeries(judged, judgedBy(judge.direction, percent), quality, jobEnded, judge);
}

function inSeries(
  series: readonly Series[],
  measure: Measure<Rated>,
  { byEpoch, last }: Quality,
  jobEnded: boolean,
  judge: JudgedBy | null,
): Found[] {
  return series.flatMap(({ source, points }) => {
    const episode = presentEpisode(completeCheckpoints(points, last, jobEnded), measure);
    if (episode === null) return [];
    const { best, since, sinceStep } = episode;
    const cause = JSON.stringify([judge?.name ?? null, source, best.epoch, best.step, since, sinceStep]);
    return [{ cause, episode, judged: { judge, byEpoch, source: series.length > 1 ? source : '' } }];
  });
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
