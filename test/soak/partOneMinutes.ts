import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { measureLiveSilence } from '../support/liveSilence.ts';
import { beats, stalls } from '../support/misbehaviours.ts';
import { type Behaviour, EventWriter, partOne, startPartOneServer } from '../support/partOneServer.ts';
import { randomOf } from '../support/random.ts';
import { watch } from '../support/watching.ts';
import { compare } from './comparison.ts';

/** What the extension does by default. */
const policy = { heartbeat: 15_000, pollInterval: 30_000, maxAttempts: 5 };
const longestSilence = 2.5 * policy.heartbeat;

/** Tells of what is inserted for a while, then says nothing more and stays open. */
const fallsSilent: Behaviour = async (visit) => {
  const stream = new EventWriter(visit);
  await stream.begin();
  const until = Date.now() + visit.server.random.between(5000, 40_000);
  const leave = visit.server.store.onInsert((prediction) => {
    const { jobId, server } = visit;
    if (prediction.job_id !== jobId || Date.now() > until) return;
    void stream.event('prediction', { prediction, total_count: server.store.count(jobId) });
  });
  visit.response.once('close', leave);
};

/** Each kind of server is watched by a session of its own. */
const kinds: Record<string, Behaviour> = {
  'ends cleanly every few seconds': partOne({
    ms: [2000, 6000],
    subscribes: 50,
    count: (total, random) => ({ delay: random.between(0, 300), count: random.chance(0.1) ? 0 : total }),
  }),
  'stays open and says nothing': stalls,
  'falls silent after a while': fallsSilent,
  'beats and tells nothing': beats(''),
};

/** Inserts go on for `minutes`; then what is held has to become what is stored, by itself. */
export async function soakPartOne(options: {
  seed: number;
  minutes: number;
}): Promise<{ result: object; problems: string[] }> {
  const random = randomOf(options.seed);
  const runs = await Promise.all(
    Object.entries(kinds).map(async ([kind, behaviour], index) => {
      const server = await startPartOneServer({ seed: options.seed + index, heartbeat: policy.heartbeat, behaviour });
      server.store.create('job');
      const { session } = watch(server, 'job', policy);
      return { kind, server, session, silence: measureLiveSilence(session, 20) };
    }),
  );
  const end = Date.now() + options.minutes * 60_000;
  let step = 0;
  while (Date.now() < end) {
    step += 1;
    for (const { server } of runs) {
      const rows = random.between(0, 3);
      // In any epoch, and the same sample again and again.
      const row = () => ({ epoch: random.between(0, Math.floor(step / 40)), sample_index: random.between(0, 19) });
      server.store.insert('job', Array.from({ length: rows }, row));
    }
    await sleep(random.between(50, 450));
  }

  const problems: string[] = [];
  const servers = [];
  for (const { kind, server, session, silence } of runs) {
    const stored = server.store.ids('job');
    const isEqual = () => (session.caughtUp && session.store.size === stored.length) || undefined;
    await eventually(kind, isEqual, 120_000).catch((error: Error) => problems.push(error.message));
    silence.stop();
    const { lost, doubled, misordered } = compare(session, stored);
    const held = session.store.size;
    const longestLiveSilence = silence.longest;
    servers.push({
      kind,
      stored: stored.length,
      held,
      lost,
      doubled,
      misordered,
      streams: server.streams().length,
      longestLiveSilence,
    });
    if (lost + doubled + misordered > 0) problems.push(`${kind}: what is held is not what is stored`);
    if (longestLiveSilence > longestSilence) problems.push(`${kind}: Live for ${longestLiveSilence} ms`);
    session.dispose();
    await server.close();
  }
  const equal = servers.every(({ stored, held, lost }) => stored === held && lost === 0);
  const longest = Math.max(...servers.map(({ longestLiveSilence }) => longestLiveSilence));
  return { result: { minutes: options.minutes, equal, longestLiveSilenceMs: longest, servers }, problems };
}
