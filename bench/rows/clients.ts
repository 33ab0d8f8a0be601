/** What of a stream arrives, and what reading it costs: ours beside two known clients, on the same server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startCuttingProxy } from '../../test/support/cuttingProxy.ts';
import type { TestServer } from '../../test/support/server.ts';
import { createJob } from '../../test/support/serverClient.ts';
import { median, report } from '../report.ts';
import { build, withServer } from '../support/server.ts';
import { eventSource, microsoftEventSource, ours, type StreamClient } from '../support/streamClients.ts';
import { followWriter } from '../support/writing.ts';

/** How fast events come, and for how long. */
interface Pace {
  /** Events a second. */
  rate: number;
  seconds: number;
}

const measuredPace: Pace = { rate: 200, seconds: 7 };
/** Of them, before the processor's time counts: the first second of a run costs up to three times as much as any later one. */
const settling = 2;
/** The engine compiles what runs often anew, and ours has more of it: its events get cheaper for so long. */
const warmingPace: Pace = { rate: 2000, seconds: 8 };
const runs = 5;
const cutRuns = 1;
/** A client that has got nothing for so long is given up, in ms; both others try again after 3 s at most. */
const patience = 8000;

const clients = { ours, eventsource: eventSource, 'fetch-event-source': microsoftEventSource };
type Name = keyof typeof clients;
const names = Object.keys(clients) as Name[];

interface Run {
  /** Share of what was sent. */
  delivered: number;
  /** ms of processor an event, while they came. */
  cpu: number;
  cuts: number;
}

await build();
const { rate, seconds } = measuredPace;
await withServer(async (server) => {
  for (const name of names) await follow(server, name, null, warmingPace);
  const steady = await all(server, runs, () => null);
  const cut = await all(server, cutRuns, (run) => run + 1);
  for (const [name, measured, figures] of [
    ['clients-delivered', `delivered of ${rate * seconds} events at ${rate}/s`, steady],
    [
      'clients-delivered-cut',
      `delivered of ${rate * seconds} events at ${rate}/s, the connection cut again and again`,
      cut,
    ],
  ] as const) {
    const delivered = (client: Name) => figures[client].map((run) => run.delivered);
    report({
      name,
      measured,
      unit: 'of what was sent',
      // One run that loses something is enough to miss.
      ours: [Math.min(...delivered('ours'))],
      peer: { name: 'eventsource', values: [Math.min(...delivered('eventsource'))] },
      target: { of: 'ours', atLeast: 1, atMost: 1 },
      more: {
        fetchEventSource: Math.min(...delivered('fetch-event-source')),
        cuts: median(figures.ours.map(({ cuts }) => cuts)),
      },
    });
  }
  const cpu = (client: Name) => steady[client].map((run) => run.cpu);
  for (const peer of ['eventsource', 'fetch-event-source'] as const) {
    report({
      name: `clients-cpu-${peer}`,
      measured: `processor an event at ${rate}/s: ours validates, stores and sums up, the other keeps objects by id`,
      unit: 'ms',
      ours: cpu('ours'),
      peer: { name: peer, values: cpu(peer), paired: true },
      target: { of: 'ratio', atMost: 2 },
    });
  }
});

async function all(
  server: TestServer,
  times: number,
  seed: (run: number) => number | null,
): Promise<Record<Name, Run[]>> {
  const figures: Record<Name, Run[]> = { ours: [], eventsource: [], 'fetch-event-source': [] };
  for (let run = 0; run < times; run += 1) {
    for (const name of names) figures[name].push(await follow(server, name, seed(run)));
  }
  return figures;
}

/** @param seed of the proxy that cuts; null for none */
async function follow(server: TestServer, name: Name, seed: number | null, pace = measuredPace): Promise<Run> {
  const events = pace.rate * pace.seconds;
  const job = await createJob(server, { status: 'running' });
  const proxy = seed === null ? null : await startCuttingProxy({ seed, target: server.url, bytes: [20_000, 200_000] });
  const client = clients[name]({ url: proxy?.url ?? server.url, apiKey: server.apiKey }, job.id);
  try {
    await client.ready;
    const first = pace.rate * settling;
    const { cpu } = await followWriter(
      [server.url, job.id, job.token, pace.rate, pace.seconds],
      client.delivered,
      first,
    );
    // What is missing now, it has to see and to get by itself.
    proxy?.calm();
    await settled(client, events);
    const cuts = proxy === null ? 0 : proxy.counts.streamCuts;
    return { delivered: client.delivered() / events, cpu: (cpu * 1000) / (events - first), cuts };
  } finally {
    client.close();
    await proxy?.close();
  }
}

/** Waits until all is there, or nothing more comes. */
async function settled(client: StreamClient, events: number): Promise<void> {
  let [count, since] = [client.delivered(), performance.now()];
  while (count < events && performance.now() - since < patience) {
    await sleep(20);
    if (client.delivered() > count) [count, since] = [client.delivered(), performance.now()];
  }
}
