import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultHeartbeatSeconds } from '../wire/events.ts';
import { isHostName } from './access/hosts.ts';
import type { TlsFiles } from './access/httpServer.ts';
import { defaultLimits, type Limits } from './access/limits.ts';
import { choiceFlag, numberFlag, usageError } from './flags.ts';
import { type KeysCommand, keysUsage, parseKeysCommand } from './keysCommand.ts';
import type { DatabaseChoice } from './openStorage.ts';
import { logLevels } from './reporting/log.ts';
import { databaseVariable } from './storage/postgres/address.ts';
import { dataFiles } from './upkeep/dataDirectory.ts';
import type { RetentionLimits } from './upkeep/retention.ts';

/** How to run, from arguments and environment. */
export interface RunOptions {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  readonly dataDir: string;
  /** Address of a PostgreSQL database, with its password; undefined: a SQLite file in the data directory. */
  readonly databaseUrl: string | undefined;
  readonly heartbeatSeconds: number;
  /** 0 for never. */
  readonly stopWhenUnusedSeconds: number;
  readonly retention: RetentionLimits;
  readonly logLevel: string;
  /** undefined: plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** Host names under which the server answers beside the address that it listens on. */
  readonly allowedHosts: readonly string[];
  readonly limits: Limits;
  /** From the environment; else the data directory's. */
  readonly apiKey: string | undefined;
}

export type Command =
  | { run: RunOptions }
  | { keys: KeysCommand; choice: DatabaseChoice; isKeyFixed: boolean }
  | { print: string };

const megabyte = 1024 * 1024;

const defaults = {
  host: '127.0.0.1',
  port: '4517',
  'heartbeat-seconds': `${defaultHeartbeatSeconds}`,
  'stop-when-unused': '0',
  'keep-days': '0',
  'keep-gb': '0',
  'log-level': 'info',
  'max-streams': `${defaultLimits.maxStreams}`,
  'body-limit-mb': `${defaultLimits.bodyBytes / megabyte}`,
  'body-memory-mb': `${defaultLimits.bodyMemory / megabyte}`,
  'max-connections': `${defaultLimits.maxConnections}`,
  'rate-limit': `${defaultLimits.requestsPerSecond}`,
  'request-timeout-seconds': `${defaultLimits.requestTimeout / 1000}`,
};

const usage = `Usage: training-predictions-server [options]
       training-predictions-server keys create|list|revoke|replace …   keys; keys --help
       training-predictions-server follow PATH …   sends what a trainer writes; follow --help

Keeps the predictions of training jobs and streams them to whoever watches.

  --host HOST              address to listen on (${defaults.host})
  --port PORT              port to listen on, the next free one when it is taken; 0 for any (${defaults.port})
  --data-dir DIR           where everything is kept (~/.training-predictions)
  --heartbeat-seconds N    time between two heartbeats of a stream (${defaults['heartbeat-seconds']})
  --stop-when-unused N     stop when no window, reader or running script was there for N seconds; 0 never (${defaults['stop-when-unused']})
  --keep-days N            remove ended jobs N days after their last sign of life; 0 never (${defaults['keep-days']})
  --keep-gb N              remove ended jobs, the oldest first, while all take more than about N GB; 0 never (${defaults['keep-gb']})
  --log-level LEVEL        ${logLevels.join(', ')} (${defaults['log-level']})
  --help                   show this and exit
  --version                show the version and exit

For a machine that others reach:
  --tls-cert FILE          certificate in PEM, with its chain: serve https
  --tls-key FILE           its private key in PEM
  --allowed-host NAME      answer under this host name too; may be given again
  --max-streams N          open event streams of one user (${defaults['max-streams']})
  --body-limit-mb N        largest request body (${defaults['body-limit-mb']})
  --body-memory-mb N       memory for the bodies of all requests; one user may have half of what the others
                           leave, and at least four of the largest fit (${defaults['body-memory-mb']})
  --max-connections N      open connections, half of them from one address (${defaults['max-connections']})
  --rate-limit N           requests a second under one key or token, over 10 s (${defaults['rate-limit']})
  --request-timeout-seconds N
                           time in which a request must have arrived (${defaults['request-timeout-seconds']})

  TRAINING_PREDICTIONS_HOME      the data directory, where --data-dir is not given
  TRAINING_PREDICTIONS_API_KEY   the API key, instead of the one in DIR/api-key
  ${databaseVariable}
                                 a PostgreSQL database, instead of a file in the data directory:
                                 postgresql://user:password@host:port/database
`;

/** @throws StartError naming the argument that does not fit */
export function parseCommand(args: string[], environment: NodeJS.ProcessEnv, version: string): Command {
  if (args[0] === 'keys') return keysCommand(args.slice(1), environment);
  const given = parseFlags(args);
  if (given.help) return { print: usage };
  if (given.version) return { print: `${version}\n` };
  const values = { ...defaults, ...given };
  return {
    run: {
      host: values.host,
      port: numberFlag('--port', values.port, { min: 0, max: 65_535, integer: true }),
      dataDir: dataDirectory(values['data-dir'], environment),
      databaseUrl: environment[databaseVariable] || undefined,
      heartbeatSeconds: numberFlag('--heartbeat-seconds', values['heartbeat-seconds'], {
        min: 0.05,
        max: 3600,
        integer: false,
      }),
      stopWhenUnusedSeconds: numberFlag('--stop-when-unused', values['stop-when-unused'], {
        min: 0,
        max: 86_400,
        integer: false,
      }),
      retention: {
        days: limit('--keep-days', values['keep-days']),
        bytes: limit('--keep-gb', values['keep-gb'], 1_000_000_000),
      },
      logLevel: choiceFlag('--log-level', values['log-level'], logLevels),
      tls: tlsFiles(values['tls-cert'], values['tls-key']),
      allowedHosts: (values['allowed-host'] ?? []).map(hostName),
      limits: limits(values),
      apiKey: apiKey(environment['TRAINING_PREDICTIONS_API_KEY']),
    },
  };
}

function keysCommand(args: string[], environment: NodeJS.ProcessEnv): Command {
  const parsed = parseKeysCommand(args);
  if (parsed === 'help') return { print: keysUsage };
  const file = dataFiles(dataDirectory(parsed.dataDir, environment)).database;
  return {
    keys: parsed.command,
    choice: { databaseUrl: environment[databaseVariable] || undefined, file },
    isKeyFixed: Boolean(environment['TRAINING_PREDICTIONS_API_KEY']),
  };
}

function dataDirectory(flag: string | undefined, environment: NodeJS.ProcessEnv): string {
  return resolve(flag ?? (environment['TRAINING_PREDICTIONS_HOME'] || join(homedir(), '.training-predictions')));
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        host: { type: 'string' },
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        'heartbeat-seconds': { type: 'string' },
        'stop-when-unused': { type: 'string' },
        'keep-days': { type: 'string' },
        'keep-gb': { type: 'string' },
        'log-level': { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'allowed-host': { type: 'string', multiple: true },
        'max-streams': { type: 'string' },
        'body-limit-mb': { type: 'string' },
        'body-memory-mb': { type: 'string' },
        'max-connections': { type: 'string' },
        'rate-limit': { type: 'string' },
        'request-timeout-seconds': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    }).values;
  } catch (error) {
    throw usageError((error as Error).message, error);
  }
}

function limits(values: typeof defaults): Limits {
  const whole = (name: keyof typeof defaults, max: number) =>
    numberFlag(`--${name}`, values[name], { min: 1, max, integer: true });
  const seconds = numberFlag('--request-timeout-seconds', values['request-timeout-seconds'], {
    min: 0.1,
    max: 86_400,
    integer: false,
  });
  const bodyBytes = whole('body-limit-mb', 256) * megabyte;
  return {
    maxStreams: whole('max-streams', 1_000_000),
    bodyBytes,
    bodyMemory: Math.max(whole('body-memory-mb', 65_536) * megabyte, 4 * bodyBytes),
    maxConnections: whole('max-connections', 1_000_000),
    requestsPerSecond: whole('rate-limit', 1_000_000),
    requestTimeout: seconds * 1000,
  };
}

function tlsFiles(certificate: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined) throw usageError('--tls-key: give --tls-cert too');
  if (key === undefined) throw usageError('--tls-cert: give --tls-key too');
  return { certificate: resolve(certificate), key: resolve(key) };
}

function hostName(text: string): string {
  if (isHostName(text)) return text.toLowerCase();
  throw usageError(`--allowed-host: expected a host name without a port, got "${text}"`);
}

/** A limit that is off at 0. */
function limit(name: string, text: string, unit = 1): number | undefined {
  return numberFlag(name, text, { min: 0, max: 1_000_000, integer: false }) * unit || undefined;
}

function apiKey(value: string | undefined): string | undefined {
  if (!value) return undefined;
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw usageError('TRAINING_PREDICTIONS_API_KEY: expected printable ASCII without spaces, as a header carries it');
}
