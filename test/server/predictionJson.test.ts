import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Scorer } from '../../src/server/scoring/scoring.ts';
import { memberElements } from '../../src/server/storage/jsonText.ts';
import { newPrediction } from '../../src/server/storage/predictionJson.ts';
import type { PredictionInput } from '../../src/wire/sentPrediction.ts';

const origin = { id: 'a', createdAt: '2026-01-01T00:00:00.000Z' };
const sent = '"epoch":1,"step":2,"sample_index":3,"prompt":"p"';

async function contentOf(text: string): Promise<string> {
  const input = JSON.parse(text) as PredictionInput;
  const [filled] = await new Scorer().fill([input]);
  const [source] = memberElements(`{"rows":[${text}]}`, 'rows');
  if (filled === undefined || source === undefined) throw new Error('no scores or no text');
  return newPrediction(input, source, filled, origin).content;
}

describe('the text of a prediction that is stored', () => {
  const ours = '"exact_match":1,"char_error_rate":0,"length_ratio":1,"word_overlap":1';

  it('is what came, followed by the scores that were missing', async () => {
    const text = `{${sent}, "prediction": "\\u0061,{\\"", "ground_truth": "a,{\\"", "x": [1.0, {"x": 1E400}]}`;
    assert.equal(await contentOf(` ${text}\t`), `${text.slice(0, -1)},${ours}}`);
  });

  it('has each name once: the last value that came, or the score in place of null', async () => {
    const text = `{${sent},"prediction":"b","prediction":"a","ground_truth":"a","exact_match":null,"word_overlap":0.50}`;
    const expected = `{${sent},"prediction":"a","ground_truth":"a","exact_match":1,"word_overlap":0.50,"char_error_rate":0,"length_ratio":1}`;
    assert.equal(await contentOf(text), expected);
  });

  it('lacks what only the server says, however its name is written', async () => {
    const text = `{"\\u0069d":"x",${sent},"prediction":"a","seq":7,"job_id":"j"}`;
    assert.equal(await contentOf(text), `{${sent},"prediction":"a"}`);
  });

  it('is one line, and reads as what came, whatever else was sent and however it was laid out', async () => {
    const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'id', 'seq', ',', '"', 'epoch'));
    const more = fc.array(fc.tuple(names, fc.jsonValue()), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(more, fc.constantFrom('', ' ', '\n', '\r\n\t'), async (members, gap) => {
        const extra = members.map(([name, value]) => `${JSON.stringify(name)}${gap}:${JSON.stringify(value)},${gap}`);
        const text = `${gap}{${gap}${extra.join('')}${sent}${gap},"prediction":"a"}${gap}`;
        const content = await contentOf(text);
        assert.doesNotMatch(content, /[\r\n]/);
        const expected = JSON.parse(text) as Record<string, unknown>;
        for (const name of ['id', 'job_id', 'user_id', 'created_at', 'seq']) delete expected[name];
        assert.deepEqual(JSON.parse(content), expected);
        assert.equal(content.match(/"epoch"/g)?.length, JSON.stringify(expected).match(/"epoch"/g)?.length);
      }),
    );
  });
});
