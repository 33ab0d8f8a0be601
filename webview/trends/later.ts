/** Does something once there is time for it; of what was asked for by the same key the last. */
export type Later = (key: object, work: () => void) => void;

/**
 * A piece rests so many times as long as it took, and at most so long, in ms. To lay out what it changed takes about as
 * long again.
 */
const restShare = 199;
const longestRest = 5000;
/** In ms. */
const longestWait = 500;

/** Work that nobody waits for: one piece at a time, when nothing else is to be done, in a hundredth of the time with its layout. */
export function createLater(): Later {
  const waiting = new Map<object, () => void>();
  let isAtWork = false;

  function next() {
    isAtWork = waiting.size > 0;
    if (isAtWork) requestIdleCallback(doFirst, { timeout: longestWait });
  }

  function doFirst() {
    const start = performance.now();
    for (const [key, work] of waiting) {
      waiting.delete(key);
      work();
      break;
    }
    setTimeout(next, Math.min(longestRest, restShare * (performance.now() - start)));
  }

  return (key, work) => {
    waiting.set(key, work);
    if (!isAtWork) next();
  };
}
