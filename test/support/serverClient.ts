/** A script's and a reader's view of the server, over plain HTTP. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { TestServer } from './server.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; empty where it is not a JSON object. */
  json: Fields;
}

export interface TestJob {
  id: string;
  token: string;
}

/** Fields of a prediction as a script sends it. */
export type Fields = Record<string, unknown>;

type Target = Pick<TestServer, 'url' | 'apiKey'>;

let jobsMade = 0;

export async function request(server: Target, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(server.url + path, { headers: { 'X-API-Key': server.apiKey }, ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const json = isJson ? (JSON.parse(text) as Fields) : {};
  return { status: response.status, headers: response.headers, text, json };
}

/** Creates or updates a job. */
export async function saveJob(server: Target, fields: Fields): Promise<Answer> {
  return request(server, '/api/training/local/jobs', {
    method: 'POST',
    headers: { 'X-API-Key': server.apiKey, 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
}

/** A job under an id that no other test has. */
export async function createJob(server: Target, fields: Fields = {}): Promise<TestJob> {
  jobsMade += 1;
  const id = String(fields['job_id'] ?? `job-${process.pid}-${jobsMade}`);
  const answer = await saveJob(server, { ...fields, job_id: id });
  if (answer.status !== 200) throw new Error(`The job was not created: ${answer.status} ${answer.text}`);
  return { id, token: String(answer.json['job_token']) };
}

/** Posts a body as it is with the job's token. */
export async function postText(server: Target, token: string, body: string | Uint8Array<ArrayBuffer>): Promise<Answer> {
  return request(server, '/api/training/local/predictions', {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body,
  });
}

export async function post(server: Target, job: TestJob, predictions: Fields[]): Promise<Answer> {
  return postText(server, job.token, JSON.stringify({ job_id: job.id, predictions }));
}

/** A prediction that fits, with what is given. */
export function sample(fields: Fields = {}): Fields {
  return { epoch: 1, step: 10, sample_index: 0, prompt: 'Say hello', prediction: 'hello', ...fields };
}

/** Address of a job's predictions, or of what hangs below them. */
export function predictionsPath(jobId: string, rest = ''): string {
  return `/api/training/predictions/${encodeURIComponent(jobId)}${rest}`;
}

/** Answers of `GET …/predictions/{jobId}`. */
export async function readPredictions(server: Target, jobId: string, query = ''): Promise<Fields[]> {
  const answer = await request(server, predictionsPath(jobId, query));
  if (answer.status !== 200) throw new Error(`The predictions were not read: ${answer.status} ${answer.text}`);
  return answer.json['predictions'] as Fields[];
}

/** An event of a stream, its data parsed. */
export interface StreamEvent {
  id: string | undefined;
  event: string | undefined;
  data: Fields;
}

/** An open event stream, read all the time. */
export class TestStream {
  readonly events: StreamEvent[] = [];
  readonly response: Response;
  /** Resolves when the response ended: true when it ended cleanly. */
  readonly ended: Promise<boolean>;
  readonly #abort: AbortController;
  #wake: () => void = () => {};
  #over = false;

  constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.ended = this.#read().then(
      () => true,
      () => false,
    );
    void this.ended.then(() => {
      this.#over = true;
      this.#wake();
    });
  }

  get predictions(): Fields[] {
    return this.named('prediction').map((event) => event.data['prediction'] as Fields);
  }

  named(event: string): StreamEvent[] {
    return this.events.filter((candidate) => candidate.event === event);
  }

  /** Resolves once `isThere` holds. Rejects when the stream ends first or after `timeout` ms. */
  async until(isThere: (stream: this) => boolean, timeout = 10_000): Promise<this> {
    const deadline = setTimeout(() => this.close(), timeout);
    while (!isThere(this)) {
      if (this.#over) throw new Error(`The stream ended first, after ${JSON.stringify(this.events.slice(-3))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(deadline);
    return this;
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    const parser = createParser({ onEvent: (event) => this.#add(event) });
    const decoder = new TextDecoder();
    for await (const bytes of this.response.body ?? []) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      this.#wake();
    }
  }

  #add({ id, event, data }: EventSourceMessage): void {
    this.events.push({ id, event, data: JSON.parse(data) as Fields });
  }
}

/** Opens a stream; its first event is there. */
export async function openStream(
  server: Target,
  jobId: string,
  { lastEventId, query = '' }: { lastEventId?: string; query?: string } = {},
): Promise<TestStream> {
  const abort = new AbortController();
  const headers: Record<string, string> = { 'X-API-Key': server.apiKey };
  if (lastEventId !== undefined) headers['Last-Event-ID'] = lastEventId;
  const response = await fetch(server.url + predictionsPath(jobId, `/stream${query}`), {
    headers,
    signal: abort.signal,
  });
  if (response.status !== 200) throw new Error(`The stream was not opened: ${response.status}`);
  return new TestStream(response, abort).until(({ events }) => events.length > 0);
}
