/** What of a stream arrives, and what reading it costs: ours beside two known clients, on the same server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startCuttingProxy } from '../../test/support/cuttingProxy.ts';
import type { TestServer } from '../../test/support/server.ts';
import { createJob, type TestJob } from '../../test/support/serverClient.ts';
import { report } from '../report.ts';
import { build, withServer } from '../support/server.ts';
import { eventSource, microsoftEventSource, ours, type StreamClient } from '../support/streamClients.ts';
import { followWriter } from '../support/writing.ts';

/** How fast events come, and for how long. */
interface Pace {
  /** Events a second. */
  rate: number;
  seconds: number;
}

/** The engine compiles what runs often anew, and ours has more of it: its events get cheaper for so long. */
const warmingPace: Pace = { rate: 2000, seconds: 8 };
/** Of one turn; clients take turns, so that what slows the machine for a while is in the figures of all. */
const turnPace: Pace = { rate: 200, seconds: 3 };
const turns = 9;
const cutPace: Pace = { rate: 200, seconds: 5 };
/** A client that has got nothing for so long is given up, in ms; both others try again after 3 s at most. */
const patience = 8000;

const clients = { ours, eventsource: eventSource, 'fetch-event-source': microsoftEventSource };
type Name = keyof typeof clients;
const names = Object.keys(clients) as Name[];

/** A client with the job that it follows. */
interface Follower {
  job: TestJob;
  client: StreamClient;
  sent: number;
}

await build();
await withServer(async (server) => {
  const followers = await each((name) => open(server, name));
  for (const name of names) await send(server, followers[name], warmingPace);
  // ms of processor an event.
  const cpu: Record<Name, number[]> = { ours: [], eventsource: [], 'fetch-event-source': [] };
  for (let turn = 0; turn < turns; turn += 1) {
    for (const name of names) cpu[name].push(await send(server, followers[name], turnPace));
  }
  const steady = await each(async (name) => {
    const follower = followers[name];
    await settled(follower);
    const share = shareOf(follower);
    follower.client.close();
    return share;
  });
  const { rate } = turnPace;
  const cut = await each((name) => followCut(server, name));
  const cutShares = await each(async (name) => cut[name].delivered);
  for (const [name, measured, delivered, more] of [
    ['clients-delivered', `delivered of ${followers.ours.sent} events, ${rate}/s and more`, steady, {}],
    [
      'clients-delivered-cut',
      `delivered of ${cutPace.rate * cutPace.seconds} events at ${cutPace.rate}/s, the connection cut again and again`,
      cutShares,
      { cuts: cut.ours.cuts },
    ],
  ] as const) {
    report({
      name,
      measured,
      unit: 'of what was sent',
      ours: [delivered.ours],
      peer: { name: 'eventsource', values: [delivered.eventsource] },
      target: { of: 'ours', atLeast: 1, atMost: 1 },
      more: { fetchEventSource: delivered['fetch-event-source'], ...more },
    });
  }
  for (const peer of ['eventsource', 'fetch-event-source'] as const) {
    report({
      name: `clients-cpu-${peer}`,
      measured: `processor an event at ${rate}/s: ours validates, stores and sums up, the other keeps objects by id`,
      unit: 'ms',
      ours: cpu.ours,
      peer: { name: peer, values: cpu[peer], paired: true },
      target: { of: 'ratio', atMost: 2 },
    });
  }
});

async function each<T>(of: (name: Name) => Promise<T>): Promise<Record<Name, T>> {
  return {
    ours: await of('ours'),
    eventsource: await of('eventsource'),
    'fetch-event-source': await of('fetch-event-source'),
  };
}

async function open(server: TestServer, name: Name, url = server.url): Promise<Follower> {
  const job = await createJob(server, { status: 'running' });
  const client = clients[name]({ url, apiKey: server.apiKey }, job.id);
  await client.ready;
  return { job, client, sent: 0 };
}

/** @returns ms of processor an event */
async function send(server: TestServer, follower: Follower, { rate, seconds }: Pace): Promise<number> {
  const { job, client, sent } = follower;
  const { cpu } = await followWriter([server.url, job.id, job.token, rate, seconds, sent], client.delivered);
  follower.sent += rate * seconds;
  return (cpu * 1000) / (rate * seconds);
}

/** Of one client whose connection is cut again and again. */
async function followCut(server: TestServer, name: Name): Promise<{ delivered: number; cuts: number }> {
  const proxy = await startCuttingProxy({ seed: 1, target: server.url, bytes: [20_000, 200_000] });
  const follower = await open(server, name, proxy.url);
  try {
    await send(server, follower, cutPace);
    // What is missing now, it has to see and to get by itself.
    proxy.calm();
    await settled(follower);
    return { delivered: shareOf(follower), cuts: proxy.counts.streamCuts };
  } finally {
    follower.client.close();
    await proxy.close();
  }
}

function shareOf({ client, sent }: Follower): number {
  return client.delivered() / sent;
}

/** Waits until all is there, or nothing more comes. */
async function settled({ client, sent }: Follower): Promise<void> {
  let [count, since] = [client.delivered(), performance.now()];
  while (count < sent && performance.now() - since < patience) {
    await sleep(20);
    if (client.delivered() > count) [count, since] = [client.delivered(), performance.now()];
  }
}
