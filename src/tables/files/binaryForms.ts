/** What a file's first bytes say it is, where that is no table that can be read; with what to do. */
interface BinaryForm {
  readonly name: string;
  readonly advice: string;
}

const pandas = (read: string): string =>
  `write it as JSON Lines first: pandas.${read}.to_json("predictions.jsonl", orient="records", lines=True)`;
const unpack = (command: string): string => `unpack it first: ${command}`;
const noTable = 'it holds no table of predictions: choose the file that the trainer writes its answers to';
const inPython = 'write its rows as JSON Lines from Python: json.dumps of one dict a line';

/** By signatures, at an offset in bytes. Sources: the formats' specifications, and file(1)'s magic. */
const signatures: readonly (readonly [offset: number, bytes: string, form: BinaryForm])[] = [
  [0, 'PARE', { name: 'an encrypted Parquet file', advice: 'write it without encryption' }],
  [0, 'ARROW1', { name: 'an Arrow (Feather) file', advice: pandas('read_feather("FILE")') }],
  [0, 'FEA1', { name: 'a Feather file', advice: pandas('read_feather("FILE")') }],
  [
    0,
    '\xff\xff\xff\xff',
    { name: 'an Arrow stream', advice: 'datasets.Dataset.from_file("FILE").to_json("predictions.jsonl")' },
  ],
  [0, 'ORC', { name: 'an ORC file', advice: pandas('read_orc("FILE")') }],
  [0, 'Obj\x01', { name: 'an Avro file', advice: inPython }],
  [
    0,
    'SQLite format 3\0',
    {
      name: 'an SQLite database',
      advice: 'write the table as CSV first: sqlite3 -header -csv FILE "SELECT * FROM predictions" > predictions.csv',
    },
  ],
  [
    8,
    'DUCK',
    { name: 'a DuckDB database', advice: "write the table first: COPY predictions TO 'predictions.parquet'" },
  ],
  [0, '\x89HDF\r\n\x1a\n', { name: 'an HDF5 file', advice: pandas('read_hdf("FILE")') }],
  [0, '\x93NUMPY', { name: 'a NumPy array', advice: inPython }],
  [
    0,
    '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    { name: 'an Excel workbook (.xls)', advice: 'save the sheet as CSV UTF-8 and import that' },
  ],
  [0, '7z\xbc\xaf\x27\x1c', { name: 'a 7-Zip archive', advice: unpack('7z x FILE') }],
  [0, 'Rar!', { name: 'a RAR archive', advice: unpack('unrar x FILE') }],
  [0, '\xfd7zXZ\0', { name: 'packed with xz', advice: unpack('xz -dk FILE') }],
  [0, 'BZh', { name: 'packed with bzip2', advice: unpack('bzip2 -dk FILE') }],
  [0, '\x28\xb5\x2f\xfd', { name: 'packed with Zstandard', advice: unpack('zstd -d FILE') }],
  [0, '\x04\x22\x4d\x18', { name: 'packed with LZ4', advice: unpack('lz4 -d FILE') }],
  [257, 'ustar', { name: 'a tar archive', advice: unpack('tar xf FILE') }],
  [0, '%PDF', { name: 'a PDF document', advice: noTable }],
  [0, '\x89PNG', { name: 'a PNG image', advice: noTable }],
  [0, '\xff\xd8\xff', { name: 'a JPEG image', advice: noTable }],
  [0, 'GGUF', { name: 'a model’s weights (GGUF)', advice: noTable }],
  [
    0,
    ':W&B',
    { name: 'a run file of Weights & Biases (.wandb)', advice: 'its tables are beside it, in files/media/table' },
  ],
  [0, '\x7fELF', { name: 'a program', advice: noTable }],
];

const pytorch: BinaryForm = {
  name: 'a PyTorch file',
  advice: 'load it with torch.load and write its rows as JSON Lines: json.dumps of one dict a line',
};
const pickle: BinaryForm = {
  name: 'a Python pickle',
  advice: `if it is a DataFrame, ${pandas('read_pickle("FILE")')}`,
};

/**
 * @param bytes a file's beginning
 * @returns undefined where it may be text
 */
export function binaryForm(bytes: Uint8Array): BinaryForm | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65_536)).toString('latin1');
  if (['\x03\x04', '\x05\x06', '\x07\x08'].some((kind) => text.startsWith(`PK${kind}`))) return archiveForm(text);
  for (const [offset, signature, form] of signatures) if (text.startsWith(signature, offset)) return form;
  // A pickle of protocol 2 and later says its protocol first; torch's older files begin with a number of their own.
  const protocol = text.charCodeAt(1);
  if (text.startsWith('\x80') && protocol >= 2 && protocol <= 5) {
    return /torch/.test(text) || text.startsWith('\x8a\nl\xfc\x9c', 2) ? pytorch : pickle;
  }
  if (text.startsWith('{"', 8) && text.includes('"dtype"')) {
    return { name: 'a model’s weights (safetensors)', advice: noTable };
  }
  if (/brain\.Event:\d/.test(text.slice(0, 64))) {
    return { name: 'a TensorBoard event file', advice: noTable };
  }
  return undefined;
}

/** An archive is often known by what is in it, whose names stand in plain text. */
function archiveForm(text: string): BinaryForm {
  if (/xl\/|\[Content_Types\]\.xml/.test(text)) {
    return { name: 'an Excel workbook (.xlsx)', advice: 'save the sheet as CSV UTF-8 and import that' };
  }
  if (/\/data\.pkl|\/\.format_version/.test(text)) return pytorch;
  if (/\.npy/.test(text)) return { name: 'NumPy arrays (.npz)', advice: inPython };
  if (/_journal\/|header\.json|samples\//.test(text)) {
    return {
      name: 'a ZIP archive, such as a log of Inspect (.eval)',
      advice: 'of Inspect, write it as JSON first: inspect log convert FILE --to json --output-dir .; else unpack it',
    };
  }
  return { name: 'a ZIP archive', advice: `${unpack('unzip FILE')}, then import what was in it` };
}

/** Texts that are something else than what their names promise. */
export function otherText(beginning: string): BinaryForm | undefined {
  if (beginning.startsWith('version https://git-lfs.github.com/')) {
    return { name: 'a pointer of Git LFS instead of the file', advice: 'fetch the file with git lfs pull' };
  }
  if (/^\s*<(!doctype html|html)/i.test(beginning)) {
    return { name: 'a web page', advice: 'download the file itself (perhaps you have to sign in first)' };
  }
  if (/^\s*<\?xml/.test(beginning)) return { name: 'XML', advice: inPython };
  return undefined;
}

export function sayForm({ name, advice }: BinaryForm, file: string): string {
  return `This is ${name}. To import it, ${advice.replaceAll('FILE', file)}.`.replace(
    'This is packed',
    'This file is packed',
  );
}
