/** A press that moves by less is a press, in px. */
const slack = 6;

/**
 * Follows a name of the heading that is pulled sideways by the pointer.
 *
 * @param over is told where it is, in px of the window
 * @param drop likewise, when it is let go; null where the pull is given up
 * @returns whether the click that comes now is the end of a pull, and none of its own
 */
export function followDrag(
  handle: HTMLElement,
  { over, drop }: { over(x: number): void; drop(x: number | null): void },
): () => boolean {
  let start: number | null = null;
  let pulls = false;

  handle.addEventListener('pointerdown', (event) => {
    pulls = false;
    start = event.button === 0 ? event.clientX : null;
  });
  handle.addEventListener('pointermove', (event) => {
    if (start === null || (!pulls && Math.abs(event.clientX - start) < slack)) return;
    if (!pulls) handle.setPointerCapture(event.pointerId);
    pulls = true;
    over(event.clientX);
  });
  handle.addEventListener('pointerup', (event) => {
    if (pulls) drop(event.clientX);
    start = null;
  });
  handle.addEventListener('pointercancel', () => {
    if (pulls) drop(null);
    start = null;
    pulls = false;
  });

  return () => {
    const isEnd = pulls;
    pulls = false;
    return isEnd;
  };
}
