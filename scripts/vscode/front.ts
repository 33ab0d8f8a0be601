import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as net from 'node:net';

/** VS Code's server keeps its connection token in this cookie once `?tkn=` was right. */
const tokenCookie = 'vscode-tkn';

export interface Front {
  port: number;
  close(): void;
}

/**
 * Listens on loopback before VS Code's server and hands everything on, except the one request that this server leaves
 * to the product around it: `POST /mint-key` asks for the half of a key that SecretStorage is encrypted with. Without
 * an answer secrets are gone after a reload. The server's own connection token guards all else; here it guards the key.
 * @param keyFile where the key is kept, for its owner only
 * @param preferredPort where it is taken, any free one is
 */
export async function openFront(target: number, token: string, keyFile: string, preferredPort: number): Promise<Front> {
  const key = await readOrMake(keyFile);

  const server = http.createServer((request, response) => {
    if (request.method === 'POST' && request.url?.endsWith('/mint-key')) {
      if (carriesToken(request, token)) response.end(key);
      else response.writeHead(403).end('Forbidden.');
      return;
    }
    const { method, url, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port: target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });

  server.on('upgrade', (request, socket, head) => {
    const onward = net.connect(target, '127.0.0.1', () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      }
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    // Either end may go at any time; the other follows.
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
  });

  await listen(server, preferredPort).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return listen(server, 0);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function carriesToken(request: http.IncomingMessage, token: string): boolean {
  const cookies = (request.headers.cookie ?? '').split(/; */);
  const given = cookies.find((cookie) => cookie.startsWith(`${tokenCookie}=`))?.slice(tokenCookie.length + 1) ?? '';
  return given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token));
}

async function readOrMake(file: string): Promise<Buffer> {
  const made = randomBytes(32);
  try {
    await writeFile(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readFile(file);
  }
}
