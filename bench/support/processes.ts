/** What processes of this machine cost, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Seconds on a processor so far, of all threads that it has. To the nanosecond: what Linux says of the whole process is cut
 * to hundredths, user and system each, which of some seconds at a twentieth of a core is a tenth.
 */
export function cpuSeconds(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, spent) => sum + spent, 0) / 1e9;
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
