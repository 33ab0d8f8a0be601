import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../localServer/discovery.ts';
import { exitCodes, FollowEndedError } from './exit.ts';
import type { Format } from './formats/format.ts';
import { formats } from './formats/formats.ts';
import { formatNamed } from './runs.ts';
import { namedServer, type ServerChoice } from './serverJob.ts';

export const usage = `Usage: training-predictions-server follow PATH [options]
       training-predictions-server follow --list PATH

Sends what a trainer writes, a folder or one file of it, to a predictions server, and goes on while it grows. A file
may be any table that can be imported.

  --job ID         the job that it becomes (the folder's name and six hex digits of its path)
  --format NAME    ${formats.map(({ name }) => name).join(', ')}; else it is told by the files
  --once           end when everything there is sent; the job is completed then
  --list           show what is recognised, one JSON object a run, and send nothing
  --url URL        the server, instead of the local one
  --data-dir DIR   the local server's data directory (~/.training-predictions)
  --help           show this and exit

  TRAINING_PREDICTIONS_API_KEY   the key for --url
  FINETUNE_LAB_API_KEY           the same, where FINETUNE_LAB_API_URL is that server

Standard output has one JSON object a line. Exit codes: 0 all is sent; 1 some rows were refused; 2 nothing or several
runs are recognised, or the call is wrong; 3 the server cannot be reached.
`;

/** What `follow` was asked to do. */
export interface FollowCommand {
  /** Absolute. */
  readonly path: string;
  readonly jobId: string | undefined;
  readonly format: Format | undefined;
  readonly once: boolean;
  readonly list: boolean;
  readonly server: ServerChoice;
}

/** @throws FollowEndedError naming the argument that does not fit */
export function parseFollow(args: readonly string[], environment: NodeJS.ProcessEnv): FollowCommand | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const [path, ...more] = positionals;
  if (path === undefined || path === '') throw wrong('follow: which folder or file?');
  if (more.length > 0) throw wrong(`follow: "${more[0]}" is too much`);
  if (values.job === '') throw wrong('--job: expected an id');
  const named = values.url === undefined || values.list ? undefined : namedServer(values.url, environment);
  return {
    path: resolve(path),
    jobId: values.job,
    format: values.format === undefined ? undefined : formatNamed(values.format),
    once: values.once ?? false,
    list: values.list ?? false,
    server: { dataDirectory: resolve(values['data-dir'] ?? dataDirectory()), named },
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        job: { type: 'string' },
        format: { type: 'string' },
        once: { type: 'boolean' },
        list: { type: 'boolean' },
        url: { type: 'string' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message, error);
  }
}

function wrong(message: string, cause?: unknown): FollowEndedError {
  return new FollowEndedError(`${message}\nTry --help.`, exitCodes.usage, { cause });
}
