// Child process of the load test: many event streams of one job, read as fast as they come. Tells its parent when all
// are open, and on `report` what each has received.
import http from 'node:http';
import { parseArgs } from 'node:util';

export interface ReadersReport {
  /** Sequence numbers that some stream passed over. */
  lost: number;
  /** Events that some stream got again, or later than one after it. */
  doubled: number;
  /** Events received by all streams. */
  events: number;
  /** Streams that have the last event. */
  complete: number;
  /** Streams that ended. */
  ended: number;
  /** From before the POST to the reader, in ms; of every event of every tenth stream. */
  delays: number[];
  /** Seconds on a processor. */
  cpu: number;
}

/** What the parent asks for: a report once the job's last event has this number, or after `limit` ms. */
export interface ReportRequest {
  last: number;
  limit: number;
}

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    path: { type: 'string' },
    streams: { type: 'string' },
    /** The job's last sequence number before the streams are opened. */
    after: { type: 'string' },
  },
});
const key = process.env['LOAD_KEY'] ?? '';
const count = Number(values.streams);
const agent = new http.Agent({ maxSockets: Number.POSITIVE_INFINITY });
const report: ReadersReport = { lost: 0, doubled: 0, events: 0, complete: 0, ended: 0, delays: [], cpu: 0 };
const lastOf = new Int32Array(count).fill(Number(values.after));

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Everything is ASCII but the texts, which are not looked at. */
function follow(response: http.IncomingMessage, index: number): void {
  let rest = '';
  response.setEncoding('latin1').on('data', (text: string) => {
    const events = (rest + text).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) if (event.startsWith('id: ')) take(event, index);
  });
  response.on('close', () => {
    report.ended += 1;
  });
}

function take(event: string, index: number): void {
  const seq = Number.parseInt(event.slice(4), 10);
  const last = lastOf[index] ?? 0;
  report.events += 1;
  if (seq <= last) report.doubled += 1;
  else report.lost += seq - last - 1;
  lastOf[index] = Math.max(last, seq);
  if (index % 10 !== 0) return;
  const sent = /"sent_at":([\d.]+)/.exec(event)?.[1];
  if (sent !== undefined) report.delays.push(now() - Number(sent));
}

async function open(index: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const address = `${values.url}${values.path}`;
    const request = http.get(address, { agent, headers: { 'X-API-Key': key } }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`Stream ${index}: ${response.statusCode}`));
      response.once('data', () => resolve());
      follow(response, index);
    });
    request.once('error', reject);
  });
}

process.on('message', ({ last, limit }: ReportRequest) => {
  const end = Date.now() + limit;
  const timer = setInterval(() => {
    report.complete = lastOf.filter((seq) => seq === last).length;
    if (report.complete < count && Date.now() < end) return;
    clearInterval(timer);
    const { user, system } = process.cpuUsage();
    report.cpu = (user + system) / 1e6;
    process.send?.(report, () => process.exit(0));
  }, 50);
});

for (let first = 0; first < count; first += 50) {
  await Promise.all(Array.from({ length: Math.min(50, count - first) }, (_, offset) => open(first + offset)));
}
process.send?.('open');
