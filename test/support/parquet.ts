/** Writes Parquet as pandas does: a row group, a page a column, every column nullable, PLAIN values, Snappy. */

export type Cell = string | number | bigint | null;

/** What pandas makes of a column: whole numbers (bigint here), floats or texts. */
type Kind = 'int' | 'float' | 'text';

const physical = { int: 2, float: 5, text: 6 } as const;
const magic = Buffer.from('PAR1');

/** @param columns by name, all of one length; NaN is null in a file, as pandas writes it */
export function parquetOf(columns: Readonly<Record<string, readonly Cell[]>>): Buffer {
  const names = Object.keys(columns);
  const count = columns[names[0] ?? '']?.length ?? 0;
  const parts: Buffer[] = [magic];
  let offset = magic.length;
  const chunks = names.map((name) => {
    const cells = (columns[name] ?? []).map((cell) => (Number.isNaN(cell) ? null : cell));
    const kind = kindOf(cells);
    const plain = Buffer.concat([levels(cells), ...cells.filter((cell) => cell !== null).map(plainCell(kind))]);
    const packed = snappy(plain);
    const header = struct([
      [1, int32(0)],
      [2, int32(plain.length)],
      [3, int32(packed.length)],
      [5, nested([1, int32(count)], [2, int32(0)], [3, int32(3)], [4, int32(3)])],
    ]);
    const chunk = { name, kind, offset, size: header.length + packed.length, plain: header.length + plain.length };
    parts.push(header, packed);
    offset += chunk.size;
    return chunk;
  });
  const schema = [
    nested([4, text('schema')], [5, int32(names.length)]),
    ...chunks.map(({ name, kind }) =>
      nested(
        [1, int32(physical[kind])],
        [3, int32(1)],
        [4, text(name)],
        ...(kind === 'text' ? [[6, int32(0)] as Field] : []),
      ),
    ),
  ];
  const group = nested(
    [
      1,
      list(
        chunks.map((chunk) =>
          nested(
            [2, int64(chunk.offset)],
            [
              3,
              nested(
                [1, int32(physical[chunk.kind])],
                [2, list([int32(0), int32(3)])],
                [3, list([text(chunk.name)])],
                [4, int32(1)],
                [5, int64(count)],
                [6, int64(chunk.plain)],
                [7, int64(chunk.size)],
                [9, int64(chunk.offset)],
              ),
            ],
          ),
        ),
      ),
    ],
    [2, int64(offset - magic.length)],
    [3, int64(count)],
  );
  const footer = struct([
    [1, int32(2)],
    [2, list(schema)],
    [3, int64(count)],
    [4, list([group])],
    [6, text('parquet-cpp-arrow version 25.0.1')],
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, magic]);
}

function kindOf(cells: readonly Cell[]): Kind {
  const held = cells.filter((cell) => cell !== null);
  if (held.some((cell) => typeof cell === 'string')) return 'text';
  const isWhole = held.length === cells.length && held.every((cell) => typeof cell === 'bigint');
  return isWhole ? 'int' : 'float';
}

function plainCell(kind: Kind): (cell: Cell) => Buffer {
  return (cell) => {
    if (kind === 'text') {
      const bytes = Buffer.from(String(cell));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return Buffer.concat([length, bytes]);
    }
    const bytes = Buffer.alloc(8);
    if (kind === 'int') bytes.writeBigInt64LE(BigInt(cell as bigint));
    else bytes.writeDoubleLE(Number(cell));
    return bytes;
  };
}

/** 1 for a value, 0 for none: one run of bits. */
function levels(cells: readonly Cell[]): Buffer {
  const groups = Math.ceil(cells.length / 8);
  const bits = Buffer.alloc(groups);
  cells.forEach((cell, index) => {
    if (cell !== null) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  });
  const run = Buffer.concat([varint((BigInt(groups) << 1n) | 1n), bits]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length);
  return Buffer.concat([length, run]);
}

/** Snappy that copies nothing: literals of at most 60 bytes. */
function snappy(bytes: Buffer): Buffer {
  const parts = [varint(BigInt(bytes.length))];
  for (let at = 0; at < bytes.length; at += 60) {
    const literal = bytes.subarray(at, at + 60);
    parts.push(Buffer.from([(literal.length - 1) << 2]), literal);
  }
  return Buffer.concat(parts);
}

/** A value of Thrift's compact protocol: its type and bytes. */
interface Value {
  readonly type: number;
  readonly bytes: Buffer;
}
type Field = readonly [id: number, value: Value];

const int32 = (value: number): Value => ({ type: 5, bytes: zigzag(BigInt(value)) });
const int64 = (value: number): Value => ({ type: 6, bytes: zigzag(BigInt(value)) });
const nested = (...fields: Field[]): Value => ({ type: 12, bytes: struct(fields) });

function text(value: string): Value {
  const bytes = Buffer.from(value);
  return { type: 8, bytes: Buffer.concat([varint(BigInt(bytes.length)), bytes]) };
}

function list(values: readonly Value[]): Value {
  const type = values[0]?.type ?? 12;
  const head =
    values.length < 15
      ? Buffer.from([(values.length << 4) | type])
      : Buffer.concat([Buffer.from([0xf0 | type]), varint(BigInt(values.length))]);
  return { type: 9, bytes: Buffer.concat([head, ...values.map(({ bytes }) => bytes)]) };
}

function struct(fields: readonly Field[]): Buffer {
  let last = 0;
  const parts = fields.flatMap(([id, { type, bytes }]) => {
    const head = Buffer.from([((id - last) << 4) | type]);
    last = id;
    return [head, bytes];
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function zigzag(value: bigint): Buffer {
  return varint(value < 0n ? -2n * value - 1n : 2n * value);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
