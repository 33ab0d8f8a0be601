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
  /** @param {string} selector @param {string} value */
  const choose = (selector, value) => {
    const select = /** @type {HTMLSelectElement} */ (find(selector));
    // A list is brought up to date when somebody opens it.
    select.dispatchEvent(new PointerEvent('pointerdown'));
    select.value = value;
    select.dispatchEvent(new Event('change'));
    select.dispatchEvent(new FocusEvent('blur'));
  };
  /** The epoch at a place of the list, whatever it is. @param {number} index */
  const place = (index) => /** @type {HTMLSelectElement} */ (find('#epoch-filter')).options[index]?.value ?? '';
  /** The messages since the last deed. @type {Set<string>} */
  const heard = new Set();
  addEventListener('message', ({ data }) => {
    if (Array.isArray(data)) for (const { type } of data) heard.add(type);
  });

  /** Each does something and says whether its result is there. @type {Record<string, () => () => boolean>} */
  const actions = {
    'page-on': () => change(firstRow, () => find('.pages vscode-button:last-of-type').click()),
    'page-back': () => change(firstRow, () => find('.pages vscode-button:first-of-type').click()),
    filter: () => change(firstRow, () => choose('#epoch-filter', place(30))),
    'filter-off': () => change(firstRow, () => choose('#epoch-filter', '')),
    sort: () => change(firstRow, () => find('th.column-prediction .sorter').click()),
    'sort-down': () => change(firstRow, () => find('th.column-prediction .sorter').click()),
    'sort-off': () => change(firstRow, () => find('th.column-prediction .sorter').click()),
    search: () => change(firstRow, () => type('answer 4')),
    'search-off': () => change(firstRow, () => type('')),
    comparison: () => tab('comparison', 'comparison'),
    'sample-on': () => change(firstAnswer, () => choose('#sample-choice', '17')),
    'sample-back': () => change(firstAnswer, () => choose('#sample-choice', '3')),
    trends: () => tab('trends', 'trends'),
    predictions: () => tab('predictions', 'page'),
  };

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
  const time = (name) =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      const isThere = actions[name]?.();
      if (isThere === undefined) throw new Error(`no ${name}`);
      const painted = new MessageChannel();
      painted.port1.onmessage = () => resolve(performance.now() - start);
      const look = () => {
        if (performance.now() - start > 10_000) reject(new Error(`${name}: no result`));
        // A message that is posted in a frame is taken after it was painted.
        else if (isThere()) painted.port2.postMessage(0);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  Reflect.set(globalThis, 'timeSwitch', time);
})();
