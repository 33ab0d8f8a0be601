import assert from 'node:assert/strict';
import {
  firstServerMemory,
  lookAtServer,
  lossPatience,
  type Reach,
  reachOf,
  type ServerMemory,
} from '../../../src/notices/serverNotices.ts';

/** A server that is looked at every 15 s. */
function watched() {
  let memory: ServerMemory = firstServerMemory;
  let now = 1_000_000;
  const see = (reaches: Reach[], after = 15_000) => {
    now += after;
    const seen = lookAtServer(memory, reaches, now);
    memory = seen.memory;
    return seen.news;
  };
  const pass = (reaches: Reach[], ms: number) => {
    const news: string[] = [];
    for (let left = ms; left > 0; left -= 15_000) {
      const told = see(reaches, Math.min(left, 15_000));
      if (told !== null) news.push(told);
    }
    return news;
  };
  return { see, pass };
}

describe('a server out of reach', () => {
  it('is told once, after five minutes, for all its jobs', () => {
    const server = watched();
    server.see(['connected', 'connected']);
    server.see(['lost', 'lost']);
    assert.deepEqual(server.pass(['lost', 'lost'], lossPatience - 15_000), []);
    assert.deepEqual(server.pass(['lost', 'lost'], 3_600_000), ['lost']);
  });

  it('is over with the first connection that works, and told again when it is lost again', () => {
    const server = watched();
    assert.deepEqual(server.pass(['lost'], 400_000), ['lost']);
    assert.equal(server.see(['lost', 'connected']), 'reached');
    assert.equal(server.see(['connected', 'connected']), null);
    assert.deepEqual(server.pass(['lost', 'lost'], 400_000), ['lost']);
  });

  it('is no news while one connection works, nor when the user paused it', () => {
    const server = watched();
    server.see(['connected']);
    assert.deepEqual(server.pass(['lost', 'connected'], 900_000), []);
    assert.deepEqual(server.pass(['away'], 900_000), []);
    assert.deepEqual(server.pass(['lost'], 200_000), []);
  });

  it('gets its five minutes anew after the machine slept', () => {
    const server = watched();
    server.see(['connected']);
    server.see(['lost']);
    assert.equal(server.see(['lost'], 8 * 3_600_000), null);
    assert.deepEqual(server.pass(['lost'], lossPatience - 15_000), []);
  });

  it('is what polls that fail say, and not those that succeed', () => {
    const polling = { name: 'polling', nextPollAt: 0, nextTryAt: 0 } as const;
    assert.equal(reachOf({ ...polling, lastPollFailed: true } as Parameters<typeof reachOf>[0]), 'lost');
    assert.equal(reachOf({ ...polling, lastPollFailed: false } as Parameters<typeof reachOf>[0]), 'connected');
    assert.equal(reachOf({ name: 'idle' }), 'away');
  });
});
