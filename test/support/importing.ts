/** What would be imported of files, without a server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkTable, columnsOf } from '../../src/tables/checkedTable.ts';
import { assign, recognise } from '../../src/tables/columns.ts';
import type { Note } from '../../src/tables/notes.ts';
import { openTable } from '../../src/tables/tableFile.ts';
import { stepsToField } from '../../src/wire/depth.ts';
import { parseExactly } from '../../src/wire/exactJson.ts';
import { numberFields } from '../../src/wire/prediction.ts';
import { readJson } from '../../src/wire/pythonJson.ts';

export type Row = Record<string, unknown>;

export interface ReadTable {
  rows: Row[];
  notes: readonly Note[];
  /** As they would be sent. */
  lines: string[];
}

/** A folder of a suite's own, with one file in it at a time. */
export class TableStage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tables-'));

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  write(name: string, content: string | Uint8Array): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** @throws ImportError */
  async read(
    content: string | Uint8Array,
    { name = 'table', chosen = {} }: { name?: string; chosen?: Parameters<typeof assign>[2] } = {},
  ): Promise<ReadTable> {
    const table = await openTable(this.write(name, content));
    const columns = await columnsOf(table);
    const checked = await checkTable(table, assign(columns, recognise(columns), chosen), () => {});
    let text = '';
    for await (const piece of checked.lines(() => {})) text += piece;
    const lines = text.trimEnd().split('\n');
    const rows = lines.map((line) =>
      parseExactly(readJson(line, stepsToField.ofRow).text, stepsToField.ofRow, numberFields),
    );
    return { rows: rows as Row[], notes: checked.notes, lines };
  }

  async rows(content: string | Uint8Array): Promise<Row[]> {
    return (await this.read(content)).rows;
  }
}

export const jsonLines = (...rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Some fields of rows. */
export const only = (rows: readonly Row[], ...names: string[]): unknown[][] =>
  rows.map((row) => names.map((name) => row[name]));
