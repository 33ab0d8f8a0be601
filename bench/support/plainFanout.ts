// Child process of the fan-out row: what others would write. `bare` writes posted bytes to every stream with nothing
// but `node:http`; `better-sse` broadcasts each posted event through that library. Says its address on standard output.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChannel, createSession } from 'better-sse';

const bare = process.argv[2] === 'bare';
const open = new Set<http.ServerResponse>();
const channel = createChannel();

const server = http.createServer((request, response) => {
  if (request.method === 'GET') void join(request, response);
  else void spread(request, response);
});

async function join(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  if (!bare) {
    const session = await createSession(request, response, { keepAlive: null });
    channel.register(session);
    session.push('', 'connected');
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('event: connected\ndata: {}\n\n');
  open.add(response);
  response.once('close', () => open.delete(response));
}

async function spread(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  if (bare) for (const stream of open) stream.write(body);
  else {
    const events = JSON.parse(body.toString('utf8')) as { id: string; data: unknown }[];
    for (const { id, data } of events) channel.broadcast(data, 'prediction', { eventId: id });
  }
  response.end('ok');
}

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
