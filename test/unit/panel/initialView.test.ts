import assert from 'node:assert/strict';
import { initialView, shownScores, withScores } from '../../../src/panel/initialView.ts';

const view = initialView(10);
const many = Array.from({ length: 64 }, (_, n) => `s${String(n).padStart(2, '0')}`);

describe('the columns of scores that a view has at first', () => {
  it('are the first six of the job’s own; known ones that have no column of the first edition wait in the menu', () => {
    const names = ['char_error_rate', 'exact_match', 'word_overlap', 'validation_pass', 'latency_ms', ...many];
    assert.deepEqual(shownScores(withScores(view, names, null), names), many.slice(0, 6));
  });

  it('are none in a job without scores of its own, whose view hides what it hid before', () => {
    const names = ['char_error_rate', 'exact_match', 'word_overlap', 'length_ratio', 'validation_pass'];
    assert.deepEqual(shownScores(withScores(view, names, 'char_error_rate'), names), []);
    const plain = names.filter((name) => !/overlap|ratio/.test(name));
    assert.equal(withScores(view, plain, 'char_error_rate'), view);
  });

  it('have the deciding score among them', () => {
    assert.deepEqual(shownScores(withScores(view, many, 's40'), many), [...many.slice(0, 5), 's40']);
    const known = ['word_overlap'];
    assert.deepEqual(shownScores(withScores(view, known, 'word_overlap'), known), known);
  });

  it('stay where they are when others come, which stand behind them', () => {
    const first = withScores(view, ['m', 'z'], null);
    const more = ['a', 'b', 'c', 'd', 'e', 'm', 'z'];
    const second = withScores(first, more, null);
    assert.deepEqual(shownScores(second, more), ['m', 'z', 'a', 'b', 'c', 'd']);
    assert.equal(withScores(second, more, null), second);
    assert.deepEqual(shownScores(second, ['z', 'b']), ['z', 'b'], 'those alone that the job has');
  });

  it('may have any name', () => {
    const names = ['__proto__', 'constructor', 'score:epoch', 'epoch', ' '];
    const shown = withScores(view, names, null);
    assert.deepEqual(shownScores(shown, names), names);
    assert.deepEqual(shownScores({ ...shown, hiddenColumns: ['score:__proto__'] }, names), names.slice(1));
  });

  it('are remembered up to a number that a message can carry', () => {
    let last = view;
    for (let life = 0; life < 40; life += 1) {
      last = withScores(
        last,
        many.map((name) => `${name} of life ${life}`),
        null,
      );
    }
    assert.ok(last.columnOrder.length <= 1000, `${last.columnOrder.length} places`);
    assert.ok(last.hiddenColumns.length <= 1000, `${last.hiddenColumns.length} hidden`);
  });
});
