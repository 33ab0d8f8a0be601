// Runs in the panel's frame: turns to the charts and measures until all that are in sight were painted.
(() => {
  const frame = () => new Promise(requestAnimationFrame);
  /** A message that is posted in a frame is taken after it was painted. */
  const painted = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });

  /** @param {Element} card @param {DOMRect} place */
  function isInSight(card, place) {
    const { top, bottom, height } = card.getBoundingClientRect();
    return height > 0 && bottom > place.top && top < place.bottom;
  }

  function isDrawn() {
    const place = document.querySelector('#panel-trends')?.getBoundingClientRect();
    const cards = [...document.querySelectorAll('.trend')].filter((card) => place && isInSight(card, place));
    return cards.length > 0 && cards.every((card) => card.querySelector('.trend-value')?.textContent !== '');
  }

  /** @returns {Promise<number>} ms from the press to the painted charts */
  async function time() {
    const tab = document.querySelector('#tab-trends');
    if (!(tab instanceof HTMLElement)) throw new Error('no tab');
    const start = performance.now();
    tab.click();
    do {
      await frame();
      if (performance.now() - start > 10_000) throw new Error('no charts');
    } while (!isDrawn());
    await painted();
    return performance.now() - start;
  }
  Reflect.set(globalThis, 'timeTrends', time);
})();
