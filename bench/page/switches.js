// Runs in the panel's frame: does what a reader does and measures until the result was painted.
(() => {
  /** @param {string} selector */
  const find = (selector) => {
    const found = document.querySelector(selector);
    if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`);
    return found;
  };
  const firstRow = () => document.querySelector('tbody tr[data-id]')?.getAttribute('data-id');
  const firstAnswer = () => document.querySelector('.history [data-id]')?.getAttribute('data-id');
  /** @param {string} selector */
  const list = (selector) => /** @type {HTMLSelectElement} */ (find(selector));
  const frame = () => new Promise(requestAnimationFrame);
  /** A list is brought up to date when somebody opens it, who then needs a while to find a choice. @param {string} selector */
  const open = async (selector) => {
    const { options } = list(selector);
    list(selector).dispatchEvent(new PointerEvent('pointerdown'));
    for (let before = -1; before !== options.length; await frame()) before = options.length;
  };
  /** @param {string} selector @param {string} value */
  const choose = (selector, value) => {
    list(selector).value = value;
    list(selector).dispatchEvent(new Event('change'));
  };
  /** The epoch at a place of the list, whatever it is. @param {number} index */
  const place = (index) => list('#epoch-filter').options[index]?.value ?? '';
  /** The messages since the last deed. @type {Set<string>} */
  const heard = new Set();
  addEventListener('message', ({ data }) => {
    if (Array.isArray(data)) for (const { type } of data) heard.add(type);
  });

  /** Each does something and says whether its result is there. @type {Record<string, () => () => boolean>} */
  const actions = {
    'page-on': () => change(firstRow, () => find('.pages vscode-button:last-of-type').click()),
    'page-back': () => change(firstRow, () => find('.pages vscode-button:first-of-type').click()),
    'filter-open': () => opening('#epoch-filter'),
    filter: () => change(firstRow, () => choose('#epoch-filter', place(30))),
    'filter-off': () => change(firstRow, () => choose('#epoch-filter', '')),
    sort: () => change(firstRow, () => find('th.column-prediction .sorter').click()),
    'sort-down': () => change(firstRow, () => find('th.column-prediction .sorter').click()),
    'sort-off': () => change(firstRow, () => find('th.column-prediction .sorter').click()),
    search: () => change(firstRow, () => type('answer 4')),
    'search-off': () => change(firstRow, () => type('')),
    comparison: () => tab('comparison', 'comparison'),
    'sample-on': () => change(firstAnswer, () => choose('#sample-choice', sampleAt(17))),
    'sample-back': () => change(firstAnswer, () => choose('#sample-choice', sampleAt(3))),
    trends: () => tab('trends', 'trends'),
    predictions: () => tab('predictions', 'page'),
  };

  /** The sample at a place of the list: those that have names of their own have no numbers. @param {number} index */
  function sampleAt(index) {
    const list = /** @type {HTMLSelectElement} */ (find('#sample-choice'));
    return list.options[index]?.value ?? '';
  }

  /** The lists that are open when something is done. @type {Record<string, string>} */
  const lists = {
    ...{ filter: '#epoch-filter', 'filter-off': '#epoch-filter' },
    ...{ 'sample-on': '#sample-choice', 'sample-back': '#sample-choice' },
  };

  /** The first frame of an open list; what it still lacks follows. @param {string} selector */
  function opening(selector) {
    void open(selector);
    return () => true;
  }

  /** @param {() => unknown} read @param {() => void} act */
  function change(read, act) {
    const before = read();
    act();
    // Rows that are not final yet are shown dimmed.
    const busy = () => document.querySelector('[aria-busy="true"]') !== null;
    return () => read() !== undefined && read() !== before && !busy();
  }

  /** @param {string} text */
  function type(text) {
    const field = /** @type {HTMLInputElement} */ (find('.search'));
    field.value = text;
    // Enter does not wait until typing rests.
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
  }

  /** @param {string} name @param {string} message */
  function tab(name, message) {
    heard.clear();
    find(`#tab-${name}`).click();
    return () => heard.has(message) && !find(`#panel-${name}`).hidden;
  }

  /** @param {string} name @returns {Promise<number>} ms from the deed to the painted result */
  async function time(name) {
    const opened = lists[name];
    if (opened !== undefined) await open(opened);
    const start = performance.now();
    const isThere = actions[name]?.();
    if (isThere === undefined) throw new Error(`no ${name}`);
    do {
      await frame();
      if (performance.now() - start > 10_000) throw new Error(`${name}: no result`);
    } while (!isThere());
    await painted();
    const found = performance.now() - start;
    if (opened !== undefined) list(opened).dispatchEvent(new FocusEvent('blur'));
    return found;
  }

  /** A message that is posted in a frame is taken after it was painted. */
  const painted = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
  Reflect.set(globalThis, 'timeSwitch', time);
})();
