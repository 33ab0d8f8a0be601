/** What it takes this process to follow what another one writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `writer.ts` to its end.
 *
 * @param args of the writer
 * @param delivered how much has arrived here so far
 * @returns seconds from the first arrival on: on a processor, and by the clock
 */
export async function followWriter(
  args: readonly (string | number)[],
  delivered: () => number,
): Promise<{ cpu: number; took: number }> {
  const before = delivered();
  const writer = spawn(process.execPath, [path.join(import.meta.dirname, 'writer.ts'), ...args.map(String)]);
  const written = once(writer, 'exit');
  while (delivered() === before && writer.exitCode === null) await sleep(5);
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await written;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 1e6, took: (performance.now() - start) / 1000 };
}
