/** A drawing rests so many times as long as it took, and at most so long, in ms. */
export interface Rest {
  readonly share: number;
  readonly longest: number;
}

/** Draws at once, and then after a rest, however much there is to draw; what was asked for last is always drawn. */
export function createRestingDrawer(draw: () => void, rest: Rest): { request(): void } {
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
      Math.min(rest.longest, rest.share * (performance.now() - start)),
    );
  }

  return { request };
}
