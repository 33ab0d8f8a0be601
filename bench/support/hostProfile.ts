/** Where the time of an extension host goes, by its own profiler. */
import type { Profiler } from 'node:inspector';
import { setTimeout as sleep } from 'node:timers/promises';
import * as Type from 'typebox';
import { schema } from '../../src/wire/schema.ts';

/** Where a process that was sent SIGUSR1 listens for a debugger. */
const debuggers = 'http://127.0.0.1:9229/json';
const targets = schema(Type.Array(Type.Object({ webSocketDebuggerUrl: Type.String() }), { minItems: 1 }));

/** Shares of a core. */
export interface HostShares {
  /** In functions that the extension runs or calls. */
  extension: number;
  garbage: number;
  /** VS Code itself, its other extensions and the system below. */
  others: number;
}

/** @param folder part of the extension's path */
export async function profileHost(pid: number, folder: string, work: () => Promise<void>): Promise<HostShares> {
  process.kill(pid, 'SIGUSR1');
  await sleep(1000);
  const [target] = targets.parse(await (await fetch(debuggers)).json());
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  let calls = 0;
  const call = (method: string) =>
    new Promise<unknown>((resolve) => {
      calls += 1;
      const id = calls;
      socket.addEventListener('message', function answered({ data }) {
        const message = JSON.parse(String(data)) as { id?: number; result?: unknown };
        if (message.id !== id) return;
        socket.removeEventListener('message', answered);
        resolve(message.result);
      });
      socket.send(JSON.stringify({ id, method }));
    });
  await call('Profiler.enable');
  await call('Profiler.start');
  await work();
  const { profile } = (await call('Profiler.stop')) as Profiler.StopReturnType;
  socket.close();
  return sharesOf(profile, folder);
}

function sharesOf({ nodes, samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile, folder: string) {
  const owners = new Map<number, keyof HostShares | null>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const assign = (id: number, inExtension: boolean): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    const isOurs = inExtension || url.includes(folder);
    const other = functionName === '(garbage collector)' ? 'garbage' : functionName === '(idle)' ? null : 'others';
    owners.set(id, isOurs ? 'extension' : other);
    for (const child of node.children ?? []) assign(child, isOurs);
  };
  assign(nodes[0]?.id ?? 0, false);
  const shares: HostShares = { extension: 0, garbage: 0, others: 0 };
  for (const [index, id] of samples.entries()) {
    const owner = owners.get(id) ?? null;
    if (owner !== null) shares[owner] += (timeDeltas[index] ?? 0) / (endTime - startTime);
  }
  return shares;
}
