import assert from 'node:assert/strict';
import { redact } from '../../src/redact.ts';

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
});
