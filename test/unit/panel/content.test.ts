import assert from 'node:assert/strict';
import { NotFoundError } from '../../../src/api/errors.ts';
import { jobSummary, tabTitle } from '../../../src/panel/content.ts';
import { summarize } from '../../../src/stream/connectionSummary.ts';
import { sampleText } from '../../../webview/comparison/comparisonTexts.ts';
import { metadataText } from '../../../webview/predictions/grid/detailTexts.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { clipped, legendOf, overlayChoices } from '../../../webview/trends/overlay.ts';
import { chartPoint, linesOf } from '../../support/chartPoint.ts';

const formats = formatsFor('en');
const hostile = 'run\u202e\u200b';
const shown = 'run⟨U+202E⟩⟨U+200B⟩';

describe('names and words of others in a panel', () => {
  it('are shown with marks for what cannot be seen in the header: title, id and status', () => {
    const job = { id: hostile, status: hostile, model_name: hostile };
    const { id, title, status } = jobSummary(hostile, job, 'host');
    assert.deepEqual([id, title, status], [shown, shown, shown]);
  });

  it('leave room for other tabs: a long title is cut in its middle there', () => {
    assert.equal(tabTitle('tiny'), 'Predictions: tiny');
    const long = tabTitle(`/mnt/shared/checkpoints/${'x'.repeat(200)}/Llama-3.1-8B-Instruct`);
    assert.equal(long.length, 'Predictions: '.length + 100);
    assert.match(long, /^Predictions: \/mnt\/shared.*….*8B-Instruct$/);
  });

  it('are so in why a job failed, line by line, and no key is told with it', () => {
    const failed = {
      id: 'a',
      status: 'failed',
      error_message: `Traceback\r\n${hostile}\nwak_${'x'.repeat(28)} refused\n`,
    };
    const told = jobSummary('a', failed, 'host').failure ?? '';
    assert.deepEqual(told.split('\n').slice(0, 2), ['Traceback', shown]);
    assert.doesNotMatch(told, /wak_x/);
    assert.equal(jobSummary('a', { id: 'a', status: 'cancelled' }, 'host').failure, '');
    assert.equal(jobSummary('a', { id: 'a', status: 'completed', error_message: 'old' }, 'host').failure, null);
  });

  it('are so in fields that are not known, of which few and short ones are told', () => {
    const told = (unknown_fields: unknown) =>
      jobSummary('a', { id: 'a', status: 'running', unknown_fields }, 'host').unknownFields;
    assert.deepEqual(told({ [hostile]: 'ground_truth' }), [{ name: shown, near: 'ground_truth' }]);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`field ${index}`, 'step']));
    assert.equal(told(many)?.length, 10);
    // Another server may mean something else by it.
    for (const other of [undefined, null, 'x', 7, ['a'], {}, { a: 1 }, { ['x'.repeat(41)]: 'step' }])
      assert.equal(told(other), undefined);
  });

  it('are so in what went wrong', () => {
    const problem = new NotFoundError(`host has no such job (status 404: ${hostile}\nx)`, 404);
    assert.equal(
      summarize({ name: 'gone', openings: [] }, problem).problem,
      `host has no such job (status 404: ${shown} x)`,
    );
  });

  it('are so beside numbers: another job’s name, a sample’s prompt in the list, the kind of a validation', () => {
    assert.equal(overlayChoices([{ key: 'k', title: hostile }], 'k').choices[1]?.text, shown);
    const line = linesOf([chartPoint(1)]);
    const legend = legendOf(line, { title: hostile, lines: line }, () => null);
    assert.equal(legend[1]?.text, `${shown} (no values)`);
    assert.equal(clipped(hostile), shown);
    assert.equal(
      sampleText({ key: 1, sampleIndex: 1, source: '', prompt: hostile, epochs: 2 }, formats),
      `#1 ${shown} (2 epochs)`,
    );
    const detail = { promptTokens: null, completionTokens: null, latencyMs: null, createdAt: '2026-01-01T00:00:00Z' };
    const text = metadataText({ ...detail, validationKind: hostile } as Parameters<typeof metadataText>[0], formats);
    assert.ok(text.startsWith(`${shown} · received `), text);
  });
});
