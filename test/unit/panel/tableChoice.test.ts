import assert from 'node:assert/strict';
import { keepTableChoice, tableChoice } from '../../../src/panel/tableChoice.ts';

describe('how tables look', () => {
  let kept: unknown;
  const storage = {
    get: () => kept,
    set: (choice: unknown) => {
      kept = choice;
    },
  };

  beforeEach(() => {
    kept = undefined;
  });

  it('is as the setting says until the reader chooses, and then so for all jobs', () => {
    assert.deepEqual(tableChoice(storage, 'fit'), { pageSize: 'fit', wrap: false });
    keepTableChoice(storage, { pageSize: 25, wrap: true }, 'fit');
    assert.deepEqual(tableChoice(storage, 'fit'), { pageSize: 25, wrap: true });
  });

  it('says that texts are rendered where they are', () => {
    keepTableChoice(storage, { pageSize: 25, wrap: true, rendered: true }, 'fit');
    assert.deepEqual(tableChoice(storage, 'fit'), { pageSize: 25, wrap: true, rendered: true });
  });

  it('has the page size of a setting that was changed since', () => {
    keepTableChoice(storage, { pageSize: 25, wrap: true }, 'fit');
    assert.deepEqual(tableChoice(storage, 50), { pageSize: 50, wrap: true });
  });

  it('is as the setting says where something else was kept', () => {
    for (const other of [null, 'x', { pageSize: 0, wrap: true, setting: 'fit' }, { pageSize: 'all', wrap: true }]) {
      kept = other;
      assert.deepEqual(tableChoice(storage, 10), { pageSize: 10, wrap: false });
    }
  });
});
