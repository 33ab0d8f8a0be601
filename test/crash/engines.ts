import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type TestServer } from '../support/server.ts';

export interface Engine {
  readonly name: string;
  /** Makes storage for one storm. */
  prepare(): Promise<{ start: () => Promise<TestServer>; remove: () => Promise<void> }>;
}

export const engines: readonly Engine[] = [
  {
    name: 'sqlite',
    prepare: async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'training-predictions-'));
      return {
        start: () => startServer({ dataDir }),
        remove: async () => rmSync(dataDir, { recursive: true, force: true }),
      };
    },
  },
];
