import assert from 'node:assert/strict';
import { initialView } from '../../../src/panel/initialView.ts';
import { initialLayout, readKeptState } from '../../../webview/keptState.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { failureText } from '../../../webview/texts/rendered/failureTexts.ts';
import { RenderingCache } from '../../../webview/texts/rendered/renderingCache.ts';
import { showTexts } from '../../../webview/viewState.ts';

describe('the form of texts', () => {
  it('is raw at first, and read back from what was kept', () => {
    const rendered = showTexts('rendered')(initialView(10));
    assert.equal(initialView(10).textForm, 'raw');
    assert.equal(showTexts('rendered')(rendered), rendered);
    const kept = (view: unknown) => readKeptState({ restore: 'job', view, layout: initialLayout })?.view.textForm;
    assert.equal(kept(rendered), 'rendered');
    const { textForm, ...old } = rendered;
    assert.equal(kept(old), 'raw');
    assert.equal(kept({ ...rendered, textForm: 'html' }), undefined);
  });

  it('is said to be raw with a reason where a text cannot be rendered', () => {
    const formats = formatsFor('en');
    assert.equal(failureText('size', 100_001, formats), 'Shown raw: it has 100,001 characters.');
    assert.equal(failureText('size', 9000, formats), 'Shown raw: it has too many parts.');
    assert.equal(failureText('time', 9000, formats), 'Shown raw: rendering it took too long.');
  });
});

describe('what texts were rendered to', () => {
  it('is kept for the texts that were looked at last', () => {
    const cache = new RenderingCache();
    for (let text = 0; text < 500; text += 1) cache.keep(String(text), { nodes: `["${text}"]` });
    assert.deepEqual(cache.get('0'), { nodes: '["0"]' });
    cache.keep('500', { failure: 'time' });
    assert.deepEqual(
      [cache.get('0'), cache.get('1'), cache.get('500')],
      [{ nodes: '["0"]' }, null, { failure: 'time' }],
    );
  });

  it('is bounded in characters', () => {
    const cache = new RenderingCache();
    const nodes = 'x'.repeat(4_000_000);
    for (const text of ['a', 'b', 'c']) cache.keep(text, { nodes });
    assert.equal(cache.get('a'), null);
    assert.deepEqual(cache.get('c'), { nodes });
  });
});
