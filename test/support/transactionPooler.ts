/** A pooler as PgBouncer is in transaction mode: clients share the database's connections, transaction by transaction. */
import net from 'node:net';

const readyForQuery = 'Z'.charCodeAt(0);
const idle = 'I'.charCodeAt(0);

interface Backend {
  readonly socket: net.Socket;
  /** Takes what it answers; undefined while it belongs to nobody, whose notifications are lost then. */
  owner: net.Socket | undefined;
  parsed: Buffer;
}

/** @returns its port and the way to end it. The clients must all start in the same way, without TLS and password. */
export async function startPooler(databasePort: number): Promise<{ port: number; close: () => Promise<void> }> {
  const backends: Backend[] = [];
  const sockets = new Set<net.Socket>();

  /** An unused connection, or a new one that is started as `startup` says; its first answer goes to `owner`. */
  const lend = (owner: net.Socket, startup: Buffer): Backend => {
    const free = backends.find((backend) => backend.owner === undefined);
    if (free !== undefined) {
      free.owner = owner;
      return free;
    }
    const backend: Backend = { socket: net.connect(databasePort, '127.0.0.1'), owner, parsed: Buffer.alloc(0) };
    sockets.add(backend.socket);
    backends.push(backend);
    backend.socket.write(startup);
    backend.socket.on('error', () => {});
    backend.socket.on('data', (bytes) => {
      backend.owner?.write(bytes);
      if (endsTransaction(backend, bytes)) backend.owner = undefined;
    });
    return backend;
  };

  const server = net.createServer((client) => {
    sockets.add(client);
    let startup: Buffer | undefined;
    let greeted = false;
    client.on('error', () => {});
    client.on('data', (bytes) => {
      startup ??= bytes;
      const mine = backends.find((backend) => backend.owner === client);
      if (mine !== undefined) return void mine.socket.write(bytes);
      const isNew = backends.every((backend) => backend.owner !== undefined);
      const backend = lend(client, startup);
      if (greeted) {
        if (!isNew) backend.socket.write(bytes);
        return;
      }
      greeted = true;
      // A connection that is started already is greeted by the pooler itself.
      if (isNew) return;
      backend.owner = undefined;
      client.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, readyForQuery, 0, 0, 0, 5, idle]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** True when the last whole message says that the connection is free. */
function endsTransaction(backend: Backend, bytes: Buffer): boolean {
  let rest = Buffer.concat([backend.parsed, bytes]);
  let ends = false;
  while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
    const length = 1 + rest.readInt32BE(1);
    ends = rest[0] === readyForQuery && rest[5] === idle;
    rest = rest.subarray(length);
  }
  backend.parsed = Buffer.from(rest);
  return ends;
}
