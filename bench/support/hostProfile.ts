/** Where the time of an extension host goes, by its own profiler. */
import type { Profiler } from 'node:inspector';
import { NodeDebugger } from './nodeDebugger.ts';

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
  const inspected = await NodeDebugger.attach(pid);
  await inspected.call('Profiler.enable');
  await inspected.call('Profiler.start');
  await work();
  const { profile } = (await inspected.call('Profiler.stop')) as Profiler.StopReturnType;
  inspected.close();
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
