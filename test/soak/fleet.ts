import { eventually } from '../support/eventually.ts';
import { type PartOneServer, partOne } from '../support/partOneServer.ts';
import { type Random, randomOf } from '../support/random.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createJob, post, type TestJob } from '../support/serverClient.ts';
import { storedIds, type Watched } from '../support/watching.ts';

const samples = 50;

/** One job of a soak: who writes it, who watches it, what is stored. */
export interface SoakJob {
  readonly id: string;
  watched: Watched | undefined;
  /** Rows that are still to be written. */
  left: number;
  /** Stores a batch; false when the server could not be asked. */
  write(rows: { epoch: number; sample_index: number }[]): Promise<boolean>;
  stored(): Promise<string[]>;
}

/** The local server, which is killed and started again on its port and data. */
export class MortalServer {
  #server: TestServer;
  readonly #port: number;

  private constructor(server: TestServer) {
    this.#server = server;
    this.#port = Number(new URL(server.url).port);
  }

  static async start(): Promise<MortalServer> {
    return new MortalServer(await startServer({ args }));
  }

  get url(): string {
    return this.#server.url;
  }

  get apiKey(): string {
    return this.#server.apiKey;
  }

  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.#server.kill(signal);
    this.#server = await startServer({ dataDir: this.#server.dataDir, port: this.#port, args });
  }

  stop(): Promise<unknown> {
    return this.#server.stop();
  }

  async job(rows: number): Promise<SoakJob> {
    const job: TestJob = await createJob(this.#server);
    return {
      id: job.id,
      watched: undefined,
      left: rows,
      write: async (batch) => {
        try {
          const fields = batch.map((row) => ({ ...row, step: row.epoch * 40, prompt: 'Say', prediction: text }));
          return (await post(this.#server, job, fields)).status === 200;
        } catch {
          // It is being killed. Whether the batch is stored is for the comparison to find out.
          return false;
        }
      },
      stored: () => storedIds(this.#server, job.id),
    };
  }
}

const args = ['--heartbeat-seconds', '1', '--log-level', 'error'];
const text = `an answer with ü, € and 😀 ${'.'.repeat(200)}`;

export function partOneJob(server: PartOneServer, id: string, rows: number): SoakJob {
  server.store.create(id);
  return {
    id,
    watched: undefined,
    left: rows,
    write: async (batch) => server.store.insert(id, batch).length > 0,
    stored: async () => server.store.ids(id),
  };
}

/** Clean ends every few seconds, a subscription that begins late, counts that come late, out of order or as 0. */
export const restless = partOne({
  ms: [2000, 8000],
  events: [20, 400],
  subscribes: 20,
  count: (total: number, random: Random) => ({
    delay: random.between(0, 40),
    count: random.chance(0.1) ? 0 : total,
  }),
});

/** Writes all rows of all jobs, evenly over the time, several batches at once. */
export async function writeAll(jobs: readonly SoakJob[], seconds: number, seed: number): Promise<void> {
  const random = randomOf(seed);
  const rows = jobs.reduce((sum, { left }) => sum + left, 0);
  const began = Date.now();
  let written = 0;
  const writer = async (): Promise<void> => {
    for (;;) {
      const unfinished = jobs.filter(({ left }) => left > 0);
      const job = unfinished[random.between(0, unfinished.length - 1)];
      if (job === undefined) return;
      const epoch = Math.floor((job.left - 1) / samples);
      const size = Math.min(job.left, random.between(1, 20));
      job.left -= size;
      // Epochs come newest first here and there, and the same sample may come twice.
      const batch = Array.from({ length: size }, () => ({ epoch, sample_index: random.between(0, samples - 1) }));
      await eventually('a batch is stored', async () => (await job.write(batch)) || undefined, 60_000);
      written += size;
      const ahead = began + (written / rows) * seconds * 1000 - Date.now();
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
  };
  await Promise.all([writer(), writer(), writer(), writer()]);
}
