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
    // At once: a quick hand is elsewhere by the first move.
    if (start !== null) handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener('pointermove', (event) => {
    if (start === null || (!pulls && Math.abs(event.clientX - start) < slack)) return;
    pulls = true;
    over(event.clientX);
  });
  handle.addEventListener('pointerup', (event) => {
    if (pulls) drop(event.clientX);
    start = null;
    // After the click, which not every pull ends with.
    setTimeout(() => {
      pulls = false;
    });
  });
  handle.addEventListener('pointercancel', () => {
    if (pulls) drop(null);
    start = null;
    pulls = false;
  });

  return () => pulls;
}
