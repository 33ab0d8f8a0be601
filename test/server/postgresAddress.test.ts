import assert from 'node:assert/strict';
import { postgresAddress } from '../../src/server/storage/postgres/address.ts';

describe('the address of a PostgreSQL database', () => {
  it('is shown without user and password', () => {
    assert.equal(postgresAddress('postgresql://ann:hidden@db.example:6000/runs').shown, 'db.example:6000/runs');
    assert.equal(
      postgresAddress('postgres://ann:hidden@db.example/runs?sslmode=require').shown,
      'db.example:5432/runs',
    );
  });

  for (const text of [
    'mysql://ann:hidden@host/runs',
    'hidden',
    'postgresql://ann:hid#den@host/runs',
    'postgresql://ann:1#hidden@host/runs',
    'postgresql://ann:1/hidden@host/runs',
    'postgresql://ann:1?hidden@host/runs',
  ]) {
    it(`that does not fit is refused without being told: ${text}`, () => {
      assert.throws(
        () => postgresAddress(text),
        ({ message }: Error) => message.includes('%23') && !message.includes('hid'),
      );
    });
  }

  it('tells whether the network can read what goes there', () => {
    const isOpen = (url: string) => postgresAddress(url).isOpenToNetwork;
    assert.equal(isOpen('postgresql://ann@db.example/runs'), true);
    assert.equal(isOpen('postgresql://ann@db.example/runs?sslmode=disable'), true);
    assert.equal(isOpen('postgresql://ann@db.example/runs?sslmode=verify-full'), false);
    assert.equal(isOpen('postgresql://ann@127.0.0.1/runs'), false);
    assert.equal(isOpen('postgresql://ann@[::1]/runs'), false);
    assert.equal(isOpen('postgresql:///runs?host=/var/run/postgresql'), false);
  });
});
