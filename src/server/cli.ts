import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultHeartbeatSeconds } from '../wire/events.ts';
import { exitCodes, StartError } from './errors.ts';
import { logLevels } from './log.ts';

/** How to run, from arguments and environment. */
export interface RunOptions {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  readonly dataDir: string;
  readonly heartbeatSeconds: number;
  /** 0 for never. */
  readonly stopWhenUnusedSeconds: number;
  readonly logLevel: string;
  /** From the environment; else the data directory's. */
  readonly apiKey: string | undefined;
}

export type Command = { run: RunOptions } | { print: string };

const usage = `Usage: training-predictions-server [options]

Keeps the predictions of training jobs and streams them to whoever watches.

  --host HOST              address to listen on (127.0.0.1)
  --port PORT              port to listen on, the next free one when it is taken; 0 for any (4517)
  --data-dir DIR           where everything is kept (~/.training-predictions)
  --heartbeat-seconds N    time between two heartbeats of a stream (${defaultHeartbeatSeconds})
  --stop-when-unused N     stop when no window, reader or running script was there for N seconds; 0 never (0)
  --log-level LEVEL        ${logLevels.join(', ')} (info)
  --help                   show this and exit
  --version                show the version and exit

  TRAINING_PREDICTIONS_HOME      the data directory, where --data-dir is not given
  TRAINING_PREDICTIONS_API_KEY   the API key, instead of the one in DIR/api-key
`;

/** @throws StartError naming the argument that does not fit */
export function parseCommand(args: string[], environment: NodeJS.ProcessEnv, version: string): Command {
  const values = parseFlags(args);
  if (values.help) return { print: usage };
  if (values.version) return { print: `${version}\n` };
  const home = environment['TRAINING_PREDICTIONS_HOME'] || join(homedir(), '.training-predictions');
  return {
    run: {
      host: values.host ?? '127.0.0.1',
      port: numberFlag('--port', values.port ?? '4517', { min: 0, max: 65_535, integer: true }),
      dataDir: resolve(values['data-dir'] ?? home),
      heartbeatSeconds: numberFlag('--heartbeat-seconds', values['heartbeat-seconds'] ?? `${defaultHeartbeatSeconds}`, {
        min: 0.05,
        max: 3600,
        integer: false,
      }),
      stopWhenUnusedSeconds: numberFlag('--stop-when-unused', values['stop-when-unused'] ?? '0', {
        min: 0,
        max: 86_400,
        integer: false,
      }),
      logLevel: logLevel(values['log-level'] ?? 'info'),
      apiKey: apiKey(environment['TRAINING_PREDICTIONS_API_KEY']),
    },
  };
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
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    }).values;
  } catch (error) {
    throw usageError((error as Error).message, error);
  }
}

function numberFlag(name: string, text: string, range: { min: number; max: number; integer: boolean }): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= range.min && value <= range.max && (Number.isInteger(value) || !range.integer)) return value;
  const kind = range.integer ? 'an integer' : 'a number';
  throw usageError(`${name}: expected ${kind} from ${range.min} to ${range.max}, got "${text}"`);
}

function logLevel(level: string): string {
  if (logLevels.includes(level)) return level;
  throw usageError(`--log-level: expected one of ${logLevels.join(', ')}, got "${level}"`);
}

function apiKey(value: string | undefined): string | undefined {
  if (!value) return undefined;
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw usageError('TRAINING_PREDICTIONS_API_KEY: expected printable ASCII without spaces, as a header carries it');
}

function usageError(message: string, cause?: unknown): StartError {
  return new StartError(`${message}\nTry --help.`, exitCodes.usage, { cause });
}
