import assert from 'node:assert/strict';
import { logLine, redact } from '../../src/redact.ts';

describe('redact', () => {
  it('takes keys, tokens and passwords out of a text and leaves the rest', () => {
    const key = `wak_${'aB3'.repeat(9)}x`;
    const cases: [string, string][] = [
      [`refused ${key}!`, 'refused wak_…!'],
      [`Authorization: Bearer ${key}`, 'Authorization: Bearer …'],
      ['Bearer abc.def, next', 'Bearer …, next'],
      ['token eyJhbGciOi.eyJzdWIi.c2ln end', 'token eyJ… end'],
      ['postgres://me:secret@host/db', 'postgres://me:…@host/db'],
      ['127.0.0.1:4517 cannot be reached (ECONNREFUSED).', '127.0.0.1:4517 cannot be reached (ECONNREFUSED).'],
    ];
    for (const [text, cleaned] of cases) assert.equal(redact(text), cleaned);
  });

  it('takes out a key however often it is escaped, whole or in part, in letters of either case', () => {
    const key = `wak_${'aB3'.repeat(9)}x`;
    const hex = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`;
    const whole = Array.from(key, hex).join('');
    const again = (text: string, times: number): string =>
      times === 0 ? text : again(text.replaceAll('%', '%25'), times - 1);
    for (const form of [
      key.replace('w', '%77'),
      key.replace('_', '%5F'),
      key.replace('_', '%5f'),
      whole,
      whole.toUpperCase(),
    ]) {
      for (let times = 0; times < 12; times += 1) {
        const told = redact(`GET http://h/x/${again(form, times)}?key=${again(form, times)} failed`);
        assert.ok(told.startsWith('GET ') && told.endsWith(' failed'), told);
        assert.ok(!/a(%(25)*)?B/i.test(told) && !/%(25)*61%(25)*42/i.test(told), told);
      }
    }
    assert.equal(redact('http://h/50%25%20off?x=%zz failed'), 'http://h/50%25%20off?x=%zz failed');
  });

  it('keeps a line of the log one line, without what moves a cursor', () => {
    const forged = 'job a\n2026-01-01 00:00:00.000 [info] all is well\r\u001b[2K\u2028\u0085\u0000';
    const told = logLine(forged);
    assert.equal(told, 'job a\\n2026-01-01 00:00:00.000 [info] all is well\\u000d\\u001b[2K\\u2028\\u0085\\u0000');
    assert.equal(logLine('שלום 👩‍👧 tab'), 'שלום 👩‍👧 tab');
  });
});
