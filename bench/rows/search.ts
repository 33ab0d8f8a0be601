/** Questions over many rows: how long they take, and the longest turn for which the host does nothing else. */
import type { ViewState } from '../../src/panel/protocol.ts';
import { TableView } from '../../src/panel/tableView.ts';
import { report } from '../report.ts';
import { filledStore, firstView } from '../support/stores.ts';

const questions: Record<string, Partial<ViewState>> = {
  search: { search: '"quantity": 5' },
  regressed: { regressedOnly: true },
  'sort-rate': { sort: { column: 'charErrorRate', descending: true } },
  'sort-answer': { sort: { column: 'prediction', descending: false } },
};

/** ms of work of this thread: what other programs take away from it is not ours. */
function busy(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

for (const count of [100_000, 1_000_000]) {
  const store = await filledStore(count);
  for (const [name, question] of Object.entries(questions)) {
    const turns: number[] = [];
    const start = performance.now();
    let turn = busy();
    const view = new TableView(store, { ...firstView, ...question });
    let page = view.page();
    turns.push(busy() - turn);
    while (page.searching) {
      await new Promise((resolve) => setImmediate(resolve));
      turn = busy();
      page = view.page();
      turns.push(busy() - turn);
    }
    report({
      name: `${name}-${count}`,
      measured: `the longest turn of “${name}” over ${count.toLocaleString('en-US')} rows`,
      unit: 'ms',
      ours: [Math.max(...turns)],
      target: { of: 'ours', atMost: 50 },
      more: { allMs: Math.round(performance.now() - start), found: page.total },
    });
  }
  store.dispose();
}
