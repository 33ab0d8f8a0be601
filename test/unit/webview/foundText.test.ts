import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Row } from '../../../src/panel/protocol/table.ts';
import { searchPattern } from '../../../src/plainText.ts';
import { cellCuts } from '../../../webview/predictions/grid/cells/cellCuts.ts';
import { hitsIn, piecesOf } from '../../../webview/texts/foundText.ts';

const found = (text: string, search: string) =>
  hitsIn(text, searchPattern(search, 'g')).map(([from, to]) => text.slice(from, to));

describe('what is searched for in a cell', () => {
  it('is found in any case, as the host finds it, and as the text that it is', () => {
    assert.deepEqual(found('Straße STRASSE straße', 'STRAßE'), ['Straße', 'straße']);
    assert.deepEqual(found('İstanbul ΣΊΣΥΦΟΣ σίσυφος', 'σίσυφοσ'), ['ΣΊΣΥΦΟΣ', 'σίσυφος']);
    assert.deepEqual(found('a.b a+b (a)', 'a.b'), ['a.b']);
    assert.deepEqual(found('<b>x</b>', '</B>'), ['</b>']);
    assert.deepEqual(found('nothing', ''), []);
  });

  it('is marked in pieces that make up the text, whatever both are', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '😀', '(', ' ') });
    fc.assert(
      fc.property(texts, texts, fc.nat(9), fc.nat(9), (text, search, one, other) => {
        const [from, to] = [Math.min(one, other, text.length), Math.min(Math.max(one, other), text.length)];
        const hits = hitsIn(text, searchPattern(search, 'g'));
        const pieces = piecesOf(text, [from, to], hits);
        assert.equal(pieces.map((piece) => piece.text).join(''), text.slice(from, to));
        assert.ok(pieces.every((piece) => piece.text !== ''));
        assert.equal(hits.length > 0, search !== '' && searchPattern(search).test(text));
      }),
    );
  });

  it('is shown in a cell that has no room for all of its text, wherever it stands', () => {
    const text = `${'word '.repeat(100)}needle${' word'.repeat(100)}`;
    const rows = [
      { id: 'a', prompt: text, groundTruth: null, prediction: 'needle', reasoning: null, superseded: null },
    ];
    const room = { prompt: 60, groundTruth: 60, prediction: 60 };
    const cutsFor = (search: string) =>
      cellCuts(rows as unknown as Row[], room, search === '' ? null : searchPattern(search, 'g')).get('a')?.prompt;
    const [from, to] = cutsFor('NEEDLE') ?? [0, 0];
    assert.ok(`${text.slice(0, from)}${text.slice(to)}`.slice(0, room.prompt).includes('needle'));
    assert.deepEqual([cutsFor(''), cutsFor('word'), cutsFor('other')], [undefined, undefined, undefined]);
  });
});
