import assert from 'node:assert/strict';
import { hostCheck } from '../../src/server/access/hosts.ts';

describe('the check of Host', () => {
  const loopback = hostCheck('127.0.0.1');

  for (const host of ['127.0.0.1:4517', 'localhost:4517', 'LOCALHOST', '[::1]:4517', '127.1.2.3', '[::1]']) {
    it(`takes ${host} on loopback`, () => assert.ok(loopback(host)));
  }

  for (const host of [undefined, '', 'evil.example:4517', 'localhost.evil.example', '127.0.0.1.evil.example', '::1']) {
    it(`refuses ${JSON.stringify(host)} on loopback`, () => assert.ok(!loopback(host)));
  }

  it('takes the name that the server was bound to', () => {
    assert.ok(hostCheck('gpu.example')('GPU.example:4517'));
    assert.ok(!hostCheck('gpu.example')('other.example:4517'));
  });

  it('takes any address, but no name, of a server that is bound to all addresses', () => {
    assert.ok(hostCheck('0.0.0.0')('192.168.0.7:4517'));
    assert.ok(hostCheck('::')('[fe80::1]:4517'));
    assert.ok(!hostCheck('0.0.0.0')('evil.example:4517'));
    assert.ok(!loopback('192.168.0.7:4517'));
  });
});
