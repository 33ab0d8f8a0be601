/** Another user of the machine, who takes the port of a server that is gone and answers as if it were still there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Impostor {
  readonly url: string;
  /** All that it was sent so far: request lines, headers and bodies. */
  readonly heard: () => string;
  stop(): Promise<void>;
}

export interface ImpostorOptions {
  /** 0 for any. */
  port: number;
  /** As `/health` told it to everybody. */
  instance: string;
  /** A true server that it has challenges answered by. */
  relay?: string;
}

/** Listens as `nobody` where the test runs as root, as it does in a container. */
export async function startImpostor(options: ImpostorOptions): Promise<Impostor> {
  const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const program = `(${impersonate.toString()})(${JSON.stringify(options)})`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], {
    ...identity,
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('\n')) {
    if (child.exitCode !== null) throw new Error('The impostor ended before it listened');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const end = said.indexOf('\n') + 1;
  return {
    url: `http://127.0.0.1:${said.slice(0, end).trim()}`,
    heard: () => said.slice(end),
    stop: async () => {
      process.off('exit', endWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Runs in a process of its own, from its source text: it knows nothing of this module. */
async function impersonate({ port, instance, relay }: ImpostorOptions): Promise<void> {
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((request, response) => {
    const heard = [`${request.method} ${request.url}`, ...request.rawHeaders];
    process.stdout.write(`${heard.join(' ')}\n`);
    request.on('data', (bytes: Buffer) => void process.stdout.write(bytes));
    request.on('end', () => void answer(request.url ?? '').then((body) => response.end(body)));
    response.setHeader('Content-Type', 'application/json');
  });
  const health = { status: 'ok', version: '0.1.0', engine: 'sqlite', instance };
  const answer = async (path: string): Promise<string> => {
    if (!path.startsWith('/health')) return '{"success":true,"count":0,"jobs":[],"total":0,"job_token":"job_x"}';
    if (relay === undefined) return JSON.stringify({ ...health, proof: '0'.repeat(64) });
    const { proof } = (await (await fetch(relay + path)).json()) as { proof: string };
    return JSON.stringify({ ...health, proof });
  };
  // The port may be a moment away from being free.
  server.on('error', () => setTimeout(() => server.listen(port, '127.0.0.1'), 50));
  server.on('listening', () => {
    const address = server.address();
    process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
  });
  server.listen(port, '127.0.0.1');
}
