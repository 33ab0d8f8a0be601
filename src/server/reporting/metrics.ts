import { cpuUsage, memoryUsage } from 'node:process';

/** A number that only grows. */
export class Counter {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  add(amount = 1): void {
    this.#value += amount;
  }
}

/** What this process counted since it started. Tells nothing of any job or user. */
export class Metrics {
  /** Events written to streams, heartbeats not among them. */
  readonly eventsSent = new Counter();
  /** Times that a stream was told from storage what it had missed. */
  readonly replays = new Counter();
  /** Streams that were ended because their reader took nothing any more. */
  readonly cuts = new Counter();
  /** Predictions stored. */
  readonly inserts = new Counter();
  /** Requests and streams that failed by the server's own fault. */
  readonly errors = new Counter();
  readonly #responses = new Map<number, Counter>();
  readonly #started = Date.now() / 1000;

  countResponse(status: number): void {
    let counter = this.#responses.get(status);
    if (counter === undefined) {
      counter = new Counter();
      this.#responses.set(status, counter);
    }
    counter.add();
  }

  /** In Prometheus' text form, version 0.0.4. */
  text(openStreams: number): string {
    const responses = [...this.#responses]
      .sort(([a], [b]) => a - b)
      .map(([status, { value }]): Sample => [value, `{code="${status}"}`]);
    const { user, system } = cpuUsage();
    return [
      family('training_predictions_streams', 'gauge', 'Event streams that are open now.', [[openStreams]]),
      counter('events_sent', 'Events written to streams, without heartbeats.', this.eventsSent),
      counter('replays', 'Times that a stream was told from storage what it had missed.', this.replays),
      counter('stream_cuts', 'Streams ended because their reader took nothing any more.', this.cuts),
      counter('predictions_stored', 'Predictions stored.', this.inserts),
      counter('errors', "Requests and streams that failed by the server's own fault.", this.errors),
      family('training_predictions_responses_total', 'counter', 'Answers by status.', responses),
      family('process_cpu_seconds_total', 'counter', 'Time on a processor.', [[(user + system) / 1e6]]),
      family('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [[memoryUsage.rss()]]),
      family('process_start_time_seconds', 'gauge', 'Start of the process, in Unix time.', [[this.#started]]),
    ].join('');
  }
}

type Sample = [value: number, labels?: string];

function counter(name: string, help: string, { value }: Counter): string {
  return family(`training_predictions_${name}_total`, 'counter', help, [[value]]);
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([value, labels = '']) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
