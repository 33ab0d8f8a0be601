/** Sends bytes to a server as they are and reads one HTTP answer, if there is any. */
import net from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** In lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Of a stream, what came first. */
  readonly body: string;
}

/**
 * @param patience how long to wait, in ms: for the answer to a whole request; for anything at all where it is none,
 * before the sending side is closed
 * @returns undefined when nothing came before the sending side was closed, and nothing afterwards
 * @throws Error when the server hangs up without an answer, or says nothing
 */
export function rawRequest(
  url: string,
  bytes: Buffer,
  { whole, method, patience }: { whole: boolean; method: string; patience: number },
): Promise<RawAnswer | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname).setNoDelay();
    let received = '';
    let done = false;
    const end = setTimeout(
      () => {
        done = true;
        socket.end();
      },
      whole ? patience : 100,
    );
    const giveUp = setTimeout(() => finish(new Error(`no answer after ${patience} ms`)), patience);
    const finish = (result: RawAnswer | Error | undefined) => {
      clearTimeout(end);
      clearTimeout(giveUp);
      socket.destroy();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      const answer = parseAnswer(received, method);
      if (answer !== undefined) finish(answer);
    });
    // A server that refuses early may reset the connection while we still send; its answer counts.
    socket.on('error', () => {});
    socket.on('close', () => {
      const answer = parseAnswer(received, 'HEAD');
      finish(answer ?? (done ? undefined : new Error('the server hung up without an answer')));
    });
    socket.write(bytes);
  });
}

/** The first final answer in `text`, once it is all there. */
function parseAnswer(text: string, method: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  const rest = text.slice(end + 4);
  if (status >= 100 && status < 200) return parseAnswer(rest, method);
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  if (headers.get('transfer-encoding') === 'chunked' && method !== 'HEAD') {
    const isStream = headers.get('content-type') === 'text/event-stream';
    const body = rest.replace(/(^|\r\n)[\da-f]+\r\n/gi, '');
    return isStream || /(^|\r\n)0\r\n\r\n$/.test(rest)
      ? { status, headers, body: body.replace(/\r\n$/, '') }
      : undefined;
  }
  const length = Number(headers.get('content-length') ?? 0);
  return method === 'HEAD' || rest.length >= length ? { status, headers, body: rest.slice(0, length) } : undefined;
}
