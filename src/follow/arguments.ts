import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../localServer/discovery.ts';
import { exitCodes, FollowEndedError } from './exit.ts';
import type { Format } from './formats/format.ts';
import { formats } from './formats/formats.ts';
import { type ColumnRoles, tableOf } from './formats/table.ts';
import { formatNamed } from './runs.ts';
import { namedServer, type ServerChoice } from './serverJob.ts';

const roles = ['prompt', 'prediction', 'ground_truth', 'epoch', 'step', 'sample_index'] as const;

export const usage = `Usage: training-predictions-server follow PATH [options]
       training-predictions-server follow --list PATH

Sends what a trainer writes, a folder or one file of it, to a predictions server, and goes on while it grows. A file
may be any table that can be imported.

  --job ID         the job that it becomes (the folder's name and six hex digits of its path)
  --format NAME    ${formats.map(({ name }) => name).join(', ')}; else it is told by the files
  --column R=NAME  the column of a table that is its R: prompt, prediction, ground_truth, epoch, step, sample_index; may
                   be repeated
  --once           end when everything there is sent; the job is completed then
  --list           show what is recognised, one JSON object a run, and send nothing
  --url URL        the server, instead of the local one
  --data-dir DIR   the local server's data directory (~/.training-predictions)
  --beside-server  end with the local server, and tell in its data directory what is done: as VS Code follows
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
  /** End with the local server, and tell in its data directory what is done. */
  readonly besideServer: boolean;
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
  const besideServer = values['beside-server'] ?? false;
  if (besideServer && values.url !== undefined) throw wrong('--beside-server: not together with --url');
  const named = values.url === undefined || values.list ? undefined : namedServer(values.url, environment);
  return {
    path: resolve(path),
    jobId: values.job,
    format: formatOf(values.format, values.column ?? []),
    once: values.once ?? false,
    list: values.list ?? false,
    besideServer,
    server: { dataDirectory: resolve(values['data-dir'] ?? dataDirectory()), named },
  };
}

/** Columns are those of a table. */
function formatOf(name: string | undefined, columns: readonly string[]): Format | undefined {
  const format = name === undefined ? undefined : formatNamed(name);
  if (columns.length === 0) return format;
  if (format !== undefined && format.name !== 'table') throw wrong(`--column: ${format.name} has columns of its own`);
  const chosen: ColumnRoles = {};
  for (const column of columns) {
    const at = column.indexOf('=');
    const role = roles.find((known) => known === column.slice(0, at));
    if (role === undefined || at === column.length - 1) {
      throw wrong(`--column: expected one of ${roles.join(', ')}, =, and a name, got "${column}"`);
    }
    chosen[role] = column.slice(at + 1);
  }
  return tableOf(chosen);
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
        column: { type: 'string', multiple: true },
        'beside-server': { type: 'boolean' },
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
