import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { fromHarmless } from '../csv.ts';
import { isOwnExport } from './columns.ts';
import type { CutTeller } from './json/jsonStream.ts';
import { longestRow, type TableRow } from './rows.ts';
import { ImportError } from './tableError.ts';

interface Parsed {
  record: string[];
  info: { empty_lines: number };
}

/**
 * Rows of CSV (RFC 4180), whose first line names the columns; its commas may be semicolons or tabs.
 *
 * @param cut is told of a last line that ends before its last cell; without it such a line is an error
 */
export async function* csvRows(
  text: AsyncIterable<string>,
  beginning: string,
  cut?: CutTeller,
): AsyncGenerator<TableRow> {
  // Excel reads, and some programs write, a line before all others that tells the delimiter.
  const told = /^\ufeff?sep=([^\r\n])\r?\n/.exec(beginning);
  const parser = parse({
    delimiter: told?.[1] ?? delimiterOf(beginning),
    from_line: told === null ? 1 : 2,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: longestRow,
  });
  let last = '';
  let lines = 0;
  const watched = async function* (): AsyncGenerator<string> {
    for await (const piece of text) {
      last = piece.at(-1) ?? last;
      lines += piece.split('\n').length - 1;
      yield piece;
    }
  };
  /** A row with too few cells: only where it ends the file, and no line break follows, is it one that was cut. */
  let short: { record: string[]; line: number } | undefined;
  const failed = pipeline(Readable.from(watched()), parser).then(
    () => null,
    (error: unknown) => error,
  );
  let names: string[] | undefined;
  let end = told === null ? 0 : 1;
  let empty = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      // The library's own count takes a line break inside of quotes for two where it is that of Windows.
      const line = end + 1 + info.empty_lines - empty;
      empty = info.empty_lines;
      end = line + record.reduce((breaks, cell) => breaks + cell.split('\n').length - 1, 0);
      if (short !== undefined) cellsOf(names ?? [], short.record, short.line);
      if (names === undefined) names = checkedNames(record);
      else if (cut !== undefined && record.length < names.length) short = { record, line };
      else yield { line, cells: cellsOf(names, record, line) };
    }
    if (short !== undefined) {
      if (last === '\n') cellsOf(names ?? [], short.record, short.line);
      cut?.(short.line);
    }
  } catch (error) {
    const isOpen = error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED';
    // A quote that is open at the end of a file whose last line has no end was cut; one far above it was never meant.
    if (!isOpen || cut === undefined || last === '\n' || names === undefined || lines - end > mostLinesOfCell) {
      throw asImportError(error, end + 1);
    }
    cut(end + 1);
  } finally {
    parser.destroy();
    await failed;
  }
}

/** Lines of a cell that was cut, at most. */
const mostLinesOfCell = 200;

function cellsOf(names: readonly string[], record: readonly string[], line: number): Record<string, string> {
  if (record.length !== names.length) {
    throw new ImportError(`${record.length} cells, but the first line names ${names.length} columns`, line);
  }
  return Object.fromEntries(names.map((name, index) => [name, record[index] ?? '']));
}

function checkedNames(names: readonly string[]): string[] {
  const own = names.map(fromHarmless);
  // What we wrote ourselves is taken to the letter.
  const named = isOwnExport(own) ? own : names.map((name, index) => columnName(name.trim(), index, names));
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) throw new ImportError('two columns have this name', 1, twice);
  return named;
}

/** pandas writes its index first, without a name; what reads that again calls it so. */
function columnName(name: string, place: number, names: readonly string[]): string {
  if (place === 0 && (name === '' || name === 'Unnamed: 0') && !names.includes('index')) return 'index';
  return name === '' ? `column ${place + 1}` : name;
}

/** What stands most often in the first line, outside of quotes. */
function delimiterOf(beginning: string): string {
  const firstLine = beginning.replace(/"[^"]*("|$)/g, '').split('\n', 1)[0] ?? '';
  const count = (delimiter: string): number => firstLine.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function asImportError(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return new ImportError('a quote is opened and never closed', line, null, { cause: error });
    case 'INVALID_OPENING_QUOTE':
      return new ImportError('a quote stands in the middle of a cell that has none at its start', line, null, {
        cause: error,
      });
    case 'CSV_INVALID_CLOSING_QUOTE':
      return new ImportError('a quote is closed, but the cell goes on', line, null, { cause: error });
    default:
      return new ImportError(`this is not valid CSV (${error.message})`, line, null, { cause: error });
  }
}
