// Child process of the ingest rows: takes batches with nothing but `node:http` and `JSON.parse`, and stores nothing.
// Says its address on standard output.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const server = http.createServer((request, response) => void take(request, response));

async function take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { predictions } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { predictions: unknown[] };
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ success: true, count: predictions.length }));
}

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
