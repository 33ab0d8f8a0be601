/** Where an entry was kept, and how far its list was scrolled then. */
interface Kept {
  readonly anchor: Element;
  readonly top: number;
  readonly scrolled: number;
}

/** By list. */
const kept = new WeakMap<Element, Kept>();

/**
 * Keeps what the reader looks at where it is while entries come and go above it. At the very top, with nothing
 * selected or focused, the newest entry moves in: that is what one looks at there. Browsers anchor by the first thing
 * in sight, which can be a text above the entries, and not at all at the top.
 *
 * @param list its children are the entries
 */
export function keepPlace(list: HTMLElement, change: () => void): void {
  const scroller = scrollerOf(list);
  const anchor = scroller === null ? null : anchorIn(list, scroller);
  if (scroller === null || anchor === null) {
    change();
    return;
  }
  const before = topOf(list, anchor, scroller);
  let scrolled = Number.NaN;
  const correct = () => {
    if (!anchor.isConnected) return;
    scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    scrolled = scroller.scrollTop;
    kept.set(list, { anchor, top: before, scrolled });
  };
  /** Where the reader scrolled on there is nothing to correct any more. */
  const correctLater = () => {
    if (Math.abs(scroller.scrollTop - scrolled) <= 1) correct();
  };
  // Two that correct the same shift would correct it twice.
  scroller.classList.add('keeps-place');
  change();
  // A list that got shorter scrolled by itself; no reader can in between.
  correct();
  // Entries that come into sight get their true height a frame later.
  requestAnimationFrame(() => {
    correctLater();
    requestAnimationFrame(() => {
      correctLater();
      scroller.classList.remove('keeps-place');
    });
  });
}

/** Where an entry is, or was when it was kept: fractions of a pixel would add up. */
function topOf(list: HTMLElement, anchor: Element, { scrollTop }: Element): number {
  const { top } = anchor.getBoundingClientRect();
  const last = kept.get(list);
  return last?.anchor === anchor && last.scrolled === scrollTop && Math.abs(last.top - top) < 2 ? last.top : top;
}

/** The entry that must not move: where text is selected, where the focus is, else the first that is in sight. */
function anchorIn(list: HTMLElement, scroller: Element): Element | null {
  const entries = [...list.children];
  const selection = document.getSelection();
  if (selection !== null && !selection.isCollapsed) {
    const selected = entries.find((entry) => selection.containsNode(entry, true));
    if (selected !== undefined) return selected;
  }
  const focused = entries.find((entry) => entry.contains(document.activeElement));
  if (focused !== undefined) return focused;
  if (scroller.scrollTop === 0) return null;
  const top = scroller.getBoundingClientRect().top;
  return entries.find((entry) => entry.getBoundingClientRect().bottom > top) ?? null;
}

function scrollerOf(list: Element): Element | null {
  return list.closest('[role="tabpanel"]');
}
