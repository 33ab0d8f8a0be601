import { assign, type Mapping, missingRoles, type Role, recognise } from '../../tables/columns.ts';
import { CsvCells } from '../../tables/csvCells.ts';
import { RowMapper } from '../../tables/mapRow.ts';
import { Numbering } from '../../tables/numbering.ts';
import { ImportError } from '../../tables/tableError.ts';
import { type Format, type MadeRow, RowError } from './format.ts';

/** Only a server sets these; an exported row has them. */
const ofServers = ['id', 'created_at'];

/** Columns that a person chose, by what they stand for. */
export type ColumnRoles = Partial<Record<Role, string>>;

/** Any table that can be imported, by the names of its columns. */
export const table = tableOf({});

/**
 * A table in which some columns stand for what a person said, and the others for what their names say. Its rows are
 * numbered as an import numbers them, as far as that is possible for a file that still grows: while it is read for the
 * first time.
 */
export function tableOf(chosen: ColumnRoles): Format {
  const mappingOf = (columns: readonly string[]): Mapping => assign(columns, recognise(columns), chosen);
  return {
    name: 'table',
    globs: [],
    readsColumns: true,

    locate: (path) => ({ run: path, reading: 'table' }),

    knows: (columns) =>
      missingRoles(mappingOf(columns)).length === 0 &&
      Object.values(chosen).every((column) => columns.includes(column)),

    maker(_file, { columns, texts }) {
      const mapping = mappingOf(columns);
      const csv = texts === undefined ? undefined : new CsvCells(mapping.isOwn);
      for (const cells of texts ?? []) csv?.look(cells);
      csv?.beginSecondReading();
      const mapper = new RowMapper(mapping, csv, new Numbering(mapping));
      return {
        make(row) {
          try {
            const rows = mapper.rows(row);
            for (const made of rows) {
              for (const name of ofServers) delete made[name];
              // No number, in a column that had nothing else so far.
              for (const name of Object.keys(made)) made[name] ??= made[name] === undefined ? row.cells[name] : null;
            }
            return rows as MadeRow[];
          } catch (cause) {
            throw cause instanceof ImportError ? new RowError(withoutLine(cause.message), { cause }) : cause;
          }
        },
      };
    },

    judging: () => ({}),
  };
}

/** The line is told beside it. */
function withoutLine(message: string): string {
  return message.replace(/^Line \d+[:,] /, '');
}
