import assert from 'node:assert/strict';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Rendering } from '../../../src/panel/protocol.ts';
import type { RenderQuestion } from '../../../src/panel/rendered/renderText.ts';
import { LimitedWorker } from '../../../src/panel/workers/limitedWorker.ts';

const fixtures = path.join(import.meta.dirname, '../../support');
const renderer = path.join(import.meta.dirname, '../../../src/panel/rendered/renderWorker.ts');

describe('a worker with a limit', () => {
  let worker: LimitedWorker<string, unknown>;

  const asked = (question: string) => new Promise((resolve) => worker.ask(question, resolve));

  afterEach(() => worker.dispose());

  it('answers in order, and what breaks it costs that question alone', async () => {
    worker = new LimitedWorker(path.join(fixtures, 'oddWorker.ts'), { time: 60_000 });
    assert.deepEqual(await Promise.all(['a', 'throw', 'b'].map(asked)), [
      { answer: 'a!' },
      { failure: 'failed' },
      { answer: 'b!' },
    ]);
    assert.deepEqual(await asked('c'), { answer: 'c!' });
  });

  it('begins when a question is expected, and once', async () => {
    let begun = 0;
    const count = () => {
      begun += 1;
    };
    process.on('worker', count);
    worker = new LimitedWorker(path.join(fixtures, 'oddWorker.ts'), { time: 60_000 });
    await setImmediate();
    assert.equal(begun, 0);
    worker.expect();
    worker.expect();
    await setImmediate();
    assert.equal(begun, 1);
    assert.deepEqual(await asked('a'), { answer: 'a!' });
    worker.expect();
    await setImmediate();
    assert.equal(begun, 1);
    process.off('worker', count);
  });

  it('is not the worse for having been expected where its program is none', async () => {
    worker = new LimitedWorker(path.join(fixtures, 'noSuchWorker.ts'), { time: 2000 });
    worker.expect();
    assert.deepEqual(await asked('a'), { failure: 'failed' });
    assert.deepEqual(await asked('b'), { failure: 'failed' });
  });

  it('gives up what takes too long, and that alone', async () => {
    worker = new LimitedWorker(path.join(fixtures, 'oddWorker.ts'), { time: 1500 });
    assert.deepEqual(await Promise.all(['forever', 'a'].map(asked)), [{ failure: 'time' }, { answer: 'a!' }]);
  });

  it('says so where its program cannot be loaded', async () => {
    worker = new LimitedWorker(path.join(fixtures, 'noSuchWorker.ts'), { time: 2000 });
    assert.deepEqual(await Promise.all(['a', 'b'].map(asked)), [{ failure: 'failed' }, { failure: 'failed' }]);
  });

  it('renders, and shows a formula as it is written that would fill the memory', async () => {
    const renderings = new LimitedWorker<RenderQuestion, Rendering>(renderer, { time: 60_000 });
    const rendered = (text: string) => new Promise<unknown>((resolve) => renderings.ask({ text, places: [] }, resolve));
    const bomb = `\\(\\def\\a{${'x'.repeat(4000)}}${'\\a'.repeat(400)}\\)`;
    const before = process.memoryUsage.rss();
    const { answer } = (await rendered(bomb.repeat(20))) as { answer: { nodes: string } };
    assert.equal(answer.nodes.split('"source"').length - 1, 20);
    assert.ok(process.memoryUsage.rss() - before < 300_000_000);
    assert.deepEqual(await rendered('**a**'), { answer: { nodes: '[["p",[["strong",["a"]]]]]' } });
    renderings.dispose();
  });
});
