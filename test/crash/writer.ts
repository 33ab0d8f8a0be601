import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { TestServer } from '../support/server.ts';
import { request, sample, type TestJob } from '../support/serverClient.ts';

/** A script that sends one batch after the other, each under its own key, and again until it is answered. */
export class Writer {
  readonly name = randomUUID();
  readonly job: TestJob;
  /** What should never happen. */
  readonly problems: string[] = [];
  readonly #random: Random;
  #answered = 0;
  #stopped = false;

  constructor(job: TestJob, random: Random) {
    this.job = job;
    this.#random = random;
  }

  /** Predictions that were answered: those numbered from 0 on. */
  get answered(): number {
    return this.#answered;
  }

  /** Ends `run` once the batch that is under way is answered. */
  stop(): void {
    this.#stopped = true;
  }

  /** @param server the one that runs now */
  async run(server: () => TestServer): Promise<void> {
    while (!this.#stopped) {
      const size = this.#random.between(1, 20);
      const predictions = Array.from({ length: size }, (_, index) => this.#prediction(this.#answered + index));
      await this.#send(server, JSON.stringify({ job_id: this.job.id, predictions }), size);
      this.#answered += size;
    }
  }

  async #send(server: () => TestServer, body: string, size: number): Promise<void> {
    const headers = { Authorization: `Bearer ${this.job.token}`, 'Idempotency-Key': randomUUID() };
    for (;;) {
      try {
        const init = { method: 'POST', headers, body };
        const { status, json, text } = await request(server(), '/api/training/local/predictions', init);
        if (status === 200 && json['count'] === size) return;
        this.problems.push(`${this.name}: a batch of ${size} was answered with ${status} ${text}`);
        return;
      } catch {
        // No answer: the server was killed, before or after it stored the batch. The same batch again, then.
        await sleep(this.#random.between(1, 30));
      }
    }
  }

  #prediction(number: number) {
    const place = { epoch: Math.floor(number / 500), sample_index: number % 500 };
    return sample({ ...place, prompt_id: this.name, source_index: number });
  }
}
