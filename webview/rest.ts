/** A drawing rests so many times as long as it took, and at most so long, in ms. */
const usualRest = 9;
const longestRest = 1000;

/**
 * Draws at once, and then for at most a tenth of the time, however much there is to draw; what was asked for last is
 * always drawn.
 *
 * @param restShare how many times as long as a drawing took it rests
 */
export function createRestingDrawer(draw: () => void, restShare = usualRest): { request(): void } {
  let isResting = false;
  let isWanted = false;

  function request() {
    if (isResting) {
      isWanted = true;
      return;
    }
    const start = performance.now();
    draw();
    isResting = true;
    setTimeout(
      () => {
        isResting = false;
        if (!isWanted) return;
        isWanted = false;
        request();
      },
      Math.min(longestRest, restShare * (performance.now() - start)),
    );
  }

  return { request };
}
