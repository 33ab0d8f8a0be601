import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { ImportError } from '../../../src/tables/tableError.ts';
import { jsonLines, TableStage } from '../../support/importing.ts';
import { parquetOf } from '../../support/parquet.ts';

const bytes = (text: string): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(600)]);
/** The header of a file in a ZIP archive. */
const zipped = (...names: string[]): Buffer =>
  Buffer.concat(names.map((name) => Buffer.from(`PK\x03\x04${'\0'.repeat(26)}${name}`, 'latin1')));

describe('what is refused', () => {
  let stage: TableStage;

  before(() => {
    stage = new TableStage();
  });
  after(() => stage.close());

  const refused = async (content: string | Uint8Array, message: RegExp): Promise<void> => {
    await assert.rejects(stage.read(content, { name: 'run.bin' }), (error) => {
      assert.ok(error instanceof ImportError, String(error));
      assert.match(error.message, message);
      return true;
    });
  };

  it('is called by its name where it is of a binary form, with what to do', async () => {
    const forms: [Buffer, RegExp][] = [
      [zipped('data.csv'), /^This is a ZIP archive\. To import it, unpack it first: unzip run\.bin, then import/],
      [zipped('[Content_Types].xml', 'xl/workbook.xml'), /Excel workbook \(\.xlsx\).*save the sheet as CSV UTF-8/],
      [zipped('archive/data.pkl'), /PyTorch.*torch\.load/],
      [zipped('_journal/start.json'), /Inspect.*inspect log convert run\.bin/],
      [zipped('arr_0.npy'), /NumPy arrays \(\.npz\)/],
      [bytes('ARROW1\0\0'), /Arrow \(Feather\).*pandas\.read_feather\("run\.bin"\)\.to_json\("predictions\.jsonl"/],
      [bytes('FEA1'), /Feather/],
      [bytes('\xff\xff\xff\xff\x10'), /Arrow stream.*Dataset\.from_file/],
      [bytes('ORC'), /ORC.*read_orc/],
      [bytes('Obj\x01'), /Avro/],
      [bytes('SQLite format 3\0'), /SQLite database.*sqlite3 -header -csv run\.bin/],
      [bytes('\x89HDF\r\n\x1a\n'), /HDF5.*read_hdf/],
      [bytes('\x93NUMPY\x01'), /NumPy array/],
      [bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), /Excel workbook \(\.xls\)/],
      [bytes('\x80\x04\x95'), /Python pickle.*read_pickle/],
      [bytes('\x80\x02\x8a\nl\xfc\x9cF'), /PyTorch/],
      [bytes('7z\xbc\xaf\x27\x1c'), /7-Zip/],
      [bytes('\xfd7zXZ\0'), /^This file is packed with xz\. To import it, unpack it first: xz -dk run\.bin\.$/],
      [bytes('BZh9'), /bzip2/],
      [bytes('\x28\xb5\x2f\xfd'), /Zstandard.*zstd -d run\.bin/],
      [bytes('\x89PNG'), /PNG image/],
      [bytes('GGUF'), /GGUF/],
      [bytes(':W&B'), /files\/media\/table/],
      [bytes('PARE'), /encrypted Parquet/],
      [bytes(`${'\0'.repeat(257)}ustar`), /tar archive/],
      [Buffer.from(`\x40\0\0\0\0\0\0\0{"w":{"dtype":"F32"}}`, 'latin1'), /safetensors/],
      [Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), /Git LFS.*git lfs pull/],
      [Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>'), /web page.*sign in/],
      [Buffer.from([0x01, 0x00, 0xfe, 0x00, 0x9c, 0x00, 0xff]), /binary file of a form that is not known.*JSON Lines/],
    ];
    for (const [content, message] of forms) {
      await refused(content, message);
      await refused(gzipSync(content), message);
    }
  });

  it('is Parquet whose end is missing, that is packed, or that is damaged', async () => {
    const whole = parquetOf({ step: [1n], prompt: ['p'], completion: ['a'] });
    assert.equal((await stage.rows(whole))[0]?.['prediction'], 'a');
    await refused(whole.subarray(0, -9), /^This Parquet file is not whole: its end is missing/);
    await refused(gzipSync(whole), /packed with gzip: unpack it first/);
    const damaged = Buffer.from(whole);
    damaged.fill(0xee, 6, 40);
    await refused(damaged, /^This Parquet file cannot be read/);
  });

  it('is told by line and character, with what stands there and what would be right', async () => {
    const good = jsonLines({ prompt: 'p', output: 'a' });
    await refused(
      `${good}{'prompt': 'q', 'output': 'b'}\n`,
      /^Line 2, character 2: .*'prompt'.* JSON has double quotes$/,
    );
    await refused(
      `${good}{"prompt": "q", "output": None}\n`,
      /^Line 2, character 27: .*None stands here; in Python, write it with json\.dumps/,
    );
    await refused(`${good}{"prompt": "q",}\n`, /^Line 2, character 16: this is not valid JSON: } stands here$/);
    await refused(
      `[{"prompt": "q", "output": "b"},\n {"prompt": "q" "output": "b"}]`,
      /^Line 2, character 16: .*"output"/,
    );
    await refused(`${good}"text"\n`, /^Line 2: expected a JSON object, got "text"$/);
    await refused('[1, 2]', /^Line 1: expected a JSON object, got 1$/);
    await refused('[["p", "a"]]', /^Line 1: expected a JSON object, got \["p","a"\]: lists of values need the names/);
    await refused('{"columns":["prompt","output"],"data":[["p"]]}', /^Line 1: 1 values, but there are 2 columns$/);
    await refused(
      jsonLines({ prompt: 'p', output: 'a', step: 'five' }),
      /^Line 1, column “step”: expected a whole number from 0 on, got "five"$/,
    );
    await refused(jsonLines({ prompt: null, output: 'a' }), /^Line 1, column “prompt”: expected a text, got nothing$/);
    await refused(jsonLines({ messages: [{ role: 'assistant', content: 'a' }], rewards: 1 }), /No column/);
  });
});
