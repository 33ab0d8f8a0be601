// Runs in the panel's frame: notes how long each frame took, and every task that held the page up.
(() => {
  /** @type {number[]} */
  const frames = [];
  /** @type {number[]} */
  const longTasks = [];
  let before = performance.now();
  const next = () => {
    const now = performance.now();
    frames.push(now - before);
    before = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: 'longtask' });
  // What was noted since it was asked before.
  Reflect.set(globalThis, 'frameTimes', () => ({ frames: frames.splice(0), longTasks: longTasks.splice(0) }));
})();
