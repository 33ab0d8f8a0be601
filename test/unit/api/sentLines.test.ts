import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { ApiClient } from '../../../src/api/client.ts';
import { parseServerAddress } from '../../../src/api/serverAddress.ts';
import { listen } from '../../support/listen.ts';

const pieces = 128;
const pieceLength = 262_144;

describe('lines that are sent while they are made', () => {
  it('are not kept once they are sent', async () => {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc') as () => void;
    let most = 0;
    const { url, close } = await listen(async (request, response) => {
      let length = 0;
      for await (const chunk of request) length += (chunk as Buffer).length;
      assert.equal(length, pieces * pieceLength);
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
    const made = async function* (): AsyncGenerator<Uint8Array> {
      collect();
      const before = process.memoryUsage().arrayBuffers;
      for (let piece = 0; piece < pieces; piece += 1) {
        yield new Uint8Array(pieceLength).fill(0x20);
        if (piece % 16 !== 15) continue;
        await sleep(1);
        collect();
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
    };
    try {
      await new ApiClient({ address: parseServerAddress(url), key: 'wak_x' }).importJob('job', made());
    } finally {
      await close();
    }
    assert.ok(most < (pieces * pieceLength) / 2, `${most} bytes were held`);
  });
});
