// Runs in a page: notes the moment after the frame in which each `arrival-<number>.` first stands in a table.
(() => {
  /** @type {Record<string, number>} */
  const seen = Reflect.get(globalThis, 'arrivals') ?? {};
  Reflect.set(globalThis, 'arrivals', seen);
  /** @type {string[]} */
  let noted = [];
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    for (const n of noted) seen[n] = performance.timeOrigin + performance.now();
    noted = [];
  };
  let waiting = false;
  const look = () => {
    waiting = false;
    for (const row of document.querySelectorAll('tbody tr')) {
      for (const [, n = ''] of (row.textContent ?? '').matchAll(/arrival-(\d+)\./g)) {
        if (seen[n] !== undefined) continue;
        seen[n] = 0;
        noted.push(n);
      }
    }
    // A message that is posted in a frame is taken after it was painted.
    if (noted.length > 0) painted.port2.postMessage(0);
  };
  const changes = new MutationObserver(() => {
    if (!waiting) requestAnimationFrame(look);
    waiting = true;
  });
  changes.observe(document.body, { childList: true, subtree: true, characterData: true });
  Reflect.set(globalThis, 'stopNoting', () => changes.disconnect());
})();
