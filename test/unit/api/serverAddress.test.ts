import assert from 'node:assert/strict';
import { InvalidServerAddressError, parseServerAddress } from '../../../src/api/serverAddress.ts';

describe('parseServerAddress', () => {
  it('takes https anywhere and http on this machine', () => {
    for (const text of [
      'https://finetunelab.ai',
      'http://localhost:4517',
      'http://127.0.0.1:1',
      'http://127.8.9.1',
      'http://[::1]:5',
    ]) {
      assert.equal(parseServerAddress(text).origin, text);
    }
  });

  it('refuses http across a network, and names that look like this machine', () => {
    for (const text of [
      'http://finetunelab.ai',
      'http://192.168.0.5',
      'http://localhost.example.com',
      'http://127.0.0.1.example.com',
      'http://0.0.0.0:4517',
      'ftp://localhost',
      'file:///etc/passwd',
    ]) {
      assert.throws(() => parseServerAddress(text), InvalidServerAddressError, text);
    }
  });

  it('refuses a user name or password, without repeating it', () => {
    assert.throws(
      () => parseServerAddress('https://me:secret@finetunelab.ai'),
      (error: Error) => error instanceof InvalidServerAddressError && !error.message.includes('secret'),
    );
  });

  it('keeps a path and drops the slash at its end', () => {
    assert.equal(parseServerAddress(' https://example.com/lab/ ').baseUrl, 'https://example.com/lab');
  });

  it('says of a text that is no address what to set instead', () => {
    assert.throws(() => parseServerAddress('nonsense'), /“nonsense” is not a server address. Set /);
  });
});
