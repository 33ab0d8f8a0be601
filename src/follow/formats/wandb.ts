import { basename, dirname, relative, sep } from 'node:path';
import { assign, missingRoles, recognise } from '../../tables/columns.ts';
import type { Format, RowFile } from './format.ts';
import { table } from './table.ts';

/** Below a run's folder. */
const tables = ['files', 'media', 'table'].join(sep) + sep;

/**
 * Tables that a run logs to Weights & Biases, as they lie on the disk:
 * `wandb/run-{time}-{id}/files/media/table/{key}_{step}_{hash}.table.json`, a file a log, by their columns. W&B counts steps
 * by itself: a column of that name wins.
 */
export const wandb: Format = {
  ...table,
  name: 'wandb',
  globs: ['*.table.json'],

  locate(path) {
    const [, step] = /_(\d+)_[0-9a-f]+\.table\.json$/.exec(basename(path)) ?? [];
    const at = path.lastIndexOf(sep + tables);
    const run = path.slice(0, at);
    if (step === undefined || at === -1 || !/^(offline-)?run-/.test(basename(run))) return undefined;
    const folder = relative(run + sep + tables, dirname(path))
      .split(sep)
      .join('/');
    const key = basename(path).replace(/_\d+_[0-9a-f]+\.table\.json$/, '');
    return { run, reading: 'table', step: Number(step), source: folder === '' ? key : `${folder}/${key}` };
  },

  maker(file, shape) {
    const mapping = recognise(shape.columns);
    // Of other tables that the run has, no row is one.
    if (missingRoles(mapping).length > 0) return { make: () => [] };
    const rows = table.maker(file, shape);
    const { roles } = assign(shape.columns, mapping, {});
    return { make: (row) => rows.make(row).map((made) => placed(made, file, roles)) };
  },
};

/** A row that has no step of its own is of the log; samples go by their prompts. */
function placed<T extends Record<string, unknown>>(
  made: T,
  file: RowFile,
  roles: ReturnType<typeof recognise>['roles'],
): T {
  const numbered = {
    ...made,
    ...(roles.step === undefined ? { step: file.step ?? 0 } : {}),
    ...(roles.epoch === undefined ? { epoch: 0 } : {}),
    sample_source: made['sample_source'] ?? file.source,
  };
  if (roles.sample_index === undefined) delete (numbered as Record<string, unknown>)['sample_index'];
  if (made['completion_index'] === undefined) delete (numbered as Record<string, unknown>)['completion_index'];
  return numbered;
}
