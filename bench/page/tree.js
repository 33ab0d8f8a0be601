// Runs in VS Code's window: presses Refresh in the tree of jobs and waits until a job is painted.
(() => {
  /** @param {string} title @returns {Promise<number>} ms */
  const refreshUntil = (title) =>
    new Promise((resolve) => {
      const button = document.querySelector('.pane-header .codicon-refresh');
      if (!(button instanceof HTMLElement)) throw new Error('There is no button to refresh');
      const start = performance.now();
      const look = () => {
        const rows = [...document.querySelectorAll('.pane-body [role="treeitem"]')];
        if (rows.some((row) => row.textContent?.includes(title))) resolve(performance.now() - start);
        else requestAnimationFrame(look);
      };
      button.click();
      requestAnimationFrame(look);
    });
  Reflect.set(globalThis, 'refreshUntil', refreshUntil);
})();
