/** What processes of this machine cost, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in `/proc`; 100 on every Linux that Node runs on. */
const ticks = 100;

/** Seconds on a processor so far. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Bytes of a process that are in memory. */
export function residentMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

/** The extension hosts of a VS Code whose data lie below `folder`. */
export function extensionHosts(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (Number.isNaN(pid)) return false;
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=extensionHost') &&
          readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
        );
      } catch (error) {
        // It ended while we looked.
        if (['ENOENT', 'ESRCH', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))) return false;
        throw error;
      }
    });
}
