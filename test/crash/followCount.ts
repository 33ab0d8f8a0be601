/** What a server holds of a run, against what the run's files say. */
import { readAll } from '../support/follow.ts';
import type { TestServer } from '../support/server.ts';
import { type Fields, predictionsPath, request } from '../support/serverClient.ts';
import { heldRow, type TrainingRun } from './trainingRun.ts';

export interface FollowCount {
  /** Rows that the files have in the end. */
  readonly written: number;
  /** Rows that are held of what files had before they were written anew. */
  readonly superseded: number;
  /** Of what is written, how many are not held or not for the newest. */
  readonly lost: number;
  /** Rows that are held more than once, and those that count and stand in no file. */
  readonly doubled: number;
  /** For a person. */
  readonly problems: readonly string[];
}

/** @param rewrites whether files were written anew: else nothing may be superseded */
export async function countHeld(server: TestServer, run: TrainingRun, rewrites: boolean): Promise<FollowCount> {
  const held = await readAll(server, run.job);
  const { live, superseded } = byRevision(held);
  const expected = new Set(run.expected());
  const counts = countsOf(live.map(heldRow));
  const lost = [...expected].filter((row) => !counts.has(row));
  const surplus = [...counts.keys()].filter((row) => !expected.has(row));
  const twice = severalOf(counts);
  // Of a writing that was superseded too.
  const twiceBefore = severalOf(countsOf(superseded.map((row) => `${row['revision'] ?? 0} ${heldRow(row)}`)));
  const never = superseded.map(heldRow).filter((row) => !run.wasWritten(row));
  const problems = [
    ...someOf('lost', lost),
    ...someOf('counts and is in no file', surplus),
    ...someOf('more than once', [...twice.names, ...twiceBefore.names]),
    ...someOf('superseded and was never written', never),
    ...(rewrites ? [] : someOf('superseded though nothing was written anew', superseded.map(heldRow))),
    ...(await toldCheckpoints(server, run.job, held.length, live)),
  ];
  return {
    written: expected.size,
    superseded: superseded.length,
    lost: lost.length,
    doubled: surplus.length + twice.surplus + twiceBefore.surplus,
    problems: problems.map((problem) => `${run.job}: ${problem}`),
  };
}

/** The first few of them, for a person. */
function someOf(what: string, rows: readonly string[]): string[] {
  return rows.slice(0, 3).map((row) => `${what} (${rows.length}): ${row}`);
}

/** Of the rows of a checkpoint and source those of the largest revision count. */
function byRevision(rows: readonly Fields[]): { live: Fields[]; superseded: Fields[] } {
  const newest = new Map<string, number>();
  const place = ({ epoch, step, sample_source }: Fields) => JSON.stringify([epoch, step, sample_source]);
  const revision = (row: Fields) => Number(row['revision'] ?? 0);
  for (const row of rows) newest.set(place(row), Math.max(newest.get(place(row)) ?? 0, revision(row)));
  const isLive = (row: Fields) => revision(row) === newest.get(place(row));
  return { live: rows.filter(isLive), superseded: rows.filter((row) => !isLive(row)) };
}

/** Whether the server counts as is counted here. @returns problems */
async function toldCheckpoints(
  server: TestServer,
  job: string,
  rows: number,
  live: readonly Fields[],
): Promise<string[]> {
  const { json } = await request(server, predictionsPath(job, '/checkpoints'));
  const told = json['checkpoints'] as Record<
    'step' | 'prediction_count' | 'superseded_count' | 'sample_count',
    number
  >[];
  const sum = (count: (checkpoint: (typeof told)[number]) => number) => told.reduce((all, one) => all + count(one), 0);
  const samples = new Set(
    live.map(({ step, sample_source, sample_index }) => `${step} ${sample_source} ${sample_index}`),
  );
  const counted = {
    rows: sum((one) => one.prediction_count),
    live: sum((one) => one.prediction_count - one.superseded_count),
    samples: sum((one) => one.sample_count),
  };
  const expected = { rows, live: live.length, samples: samples.size };
  const [says, is] = [JSON.stringify(counted), JSON.stringify(expected)];
  return says === is ? [] : [`the checkpoints count ${says}, not ${is}`];
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What is there more than once, and how often too often in all. */
function severalOf(counts: ReadonlyMap<string, number>): { names: string[]; surplus: number } {
  const several = [...counts].filter(([, count]) => count > 1);
  return { names: several.map(([name]) => name), surplus: several.reduce((sum, [, count]) => sum + count - 1, 0) };
}
