import assert from 'node:assert/strict';
import { databaseProblem, withoutAddress } from '../../../src/localServer/databaseAddress.ts';

describe('the address of a database', () => {
  it('is one of PostgreSQL, on a host or a socket', () => {
    for (const address of [
      'postgresql://user:pass@db.example.org:5432/predictions',
      'postgres://localhost/predictions?sslmode=require',
      'postgresql:///predictions?host=/var/run/postgresql',
    ]) {
      assert.equal(databaseProblem(address), null, address);
    }
    for (const address of ['mysql://localhost/db', 'localhost:5432', 'postgresql://', 'postgresql:///db', 'user=me']) {
      assert.equal(databaseProblem(address), 'form', address);
    }
    assert.equal(databaseProblem('postgresql://me:my pass@localhost/db'), 'spaces');
  });

  it('is taken out of what is said of it, its password in either spelling', () => {
    const address = 'postgresql://me:p%40ss@localhost/db';
    assert.equal(withoutAddress(`${address} refuses p@ss, written p%40ss`, address), '… refuses …, written …');
    assert.equal(withoutAddress('no such host', 'postgresql://localhost/db'), 'no such host');
    assert.equal(withoutAddress('50%', 'postgresql://me:50%25x@localhost/db'), '50%');
  });
});
