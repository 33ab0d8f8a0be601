/**
 * Sizes are told once a text was laid out, thus for one far out of sight not before it comes near: asking hundreds of
 * texts for their height lays each of them out.
 */
const sizes = new ResizeObserver((entries) => {
  const texts = entries.map(({ target }) => target);
  // All are read before any is changed, as each change would have all laid out anew.
  const scrolls = texts.map((text) => text.scrollHeight > text.clientHeight || text.scrollWidth > text.clientWidth);
  for (const [index, text] of texts.entries()) {
    if (scrolls[index]) text.setAttribute('tabindex', '0');
    else text.removeAttribute('tabindex');
  }
});

/** The same of what may be wider or higher than its place however short its text is. */
export function stopWhereItScrolls(content: HTMLElement): void {
  sizes.unobserve(content);
  sizes.observe(content);
}

/** A shorter text of one line fits into its place however narrow that is, in characters. */
const surelyFits = 200;

/** Keeps what scrolls within reach of the keyboard, and nothing else. To be called again with each new text. */
export function stopAtScroller(content: HTMLElement): void {
  const text = content.textContent ?? '';
  // Another text may need no other size, and yet more or less than there is.
  sizes.unobserve(content);
  if (text.length >= surelyFits || /[\r\n]/.test(text)) sizes.observe(content);
  else content.removeAttribute('tabindex');
}
