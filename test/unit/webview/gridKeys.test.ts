import assert from 'node:assert/strict';
import { moveFocus } from '../../../webview/predictions/grid/gridKeys.ts';

const size = { rows: 10, columns: 10 };
const move = (row: number, column: number, key: string, ctrlKey = false) =>
  moveFocus({ row, column }, { key, ctrlKey }, size);

describe('the keys of the table', () => {
  it('move by one cell and stop at the edges', () => {
    assert.deepEqual(move(3, 3, 'ArrowUp'), { row: 2, column: 3 });
    assert.deepEqual(move(3, 3, 'ArrowDown'), { row: 4, column: 3 });
    assert.deepEqual(move(3, 3, 'ArrowLeft'), { row: 3, column: 2 });
    assert.deepEqual(move(3, 3, 'ArrowRight'), { row: 3, column: 4 });
    assert.deepEqual(move(0, 0, 'ArrowUp'), { row: 0, column: 0 });
    assert.deepEqual(move(0, 0, 'ArrowLeft'), { row: 0, column: 0 });
    assert.deepEqual(move(9, 9, 'ArrowDown'), { row: 9, column: 9 });
    assert.deepEqual(move(9, 9, 'ArrowRight'), { row: 9, column: 9 });
  });

  it('lead to the ends of a row, with Ctrl to those of the page', () => {
    assert.deepEqual(move(3, 3, 'Home'), { row: 3, column: 0 });
    assert.deepEqual(move(3, 3, 'End'), { row: 3, column: 9 });
    assert.deepEqual(move(3, 3, 'Home', true), { row: 0, column: 0 });
    assert.deepEqual(move(3, 3, 'End', true), { row: 9, column: 9 });
  });

  it('leave all others alone', () => {
    for (const key of ['Tab', 'a', 'Escape', 'PageDown']) assert.equal(move(3, 3, key), null, key);
  });
});
