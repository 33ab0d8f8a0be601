/** A file that cannot be imported; the message names the place, as far as there is one. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  /** Counted from 1, as an editor does; null where the whole file is meant. */
  readonly line: number | null;
  /** A column's name, or a character's number in its line; null where the whole line is meant. */
  readonly column: string | number | null;

  constructor(
    problem: string,
    line: number | null = null,
    column: string | number | null = null,
    options?: ErrorOptions,
  ) {
    super(`${place(line, column)}${problem}`, options);
    this.line = line;
    this.column = column;
  }

  /** The same of a file that is one of several. */
  in(file: string): ImportError {
    const error = new ImportError(`${file}: ${this.message}`, null, null, { cause: this });
    return error;
  }
}

function place(line: number | null, column: string | number | null): string {
  if (line === null) return column === null ? '' : `Column “${column}”: `;
  if (column === null) return `Line ${line}: `;
  return typeof column === 'number' ? `Line ${line}, character ${column}: ` : `Line ${line}, column “${column}”: `;
}
