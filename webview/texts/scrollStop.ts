/**
 * Sizes are told once a text was laid out, thus for one far out of sight not before it comes near: asking hundreds of
 * texts for their height lays each of them out.
 */
const sizes = new ResizeObserver((entries) => {
  const texts = entries.map(({ target }) => target);
  // All are read before any is changed, as each change would have all laid out anew.
  const scrolls = texts.map((text) => text.scrollHeight > text.clientHeight);
  for (const [index, text] of texts.entries()) {
    if (scrolls[index]) text.setAttribute('tabindex', '0');
    else text.removeAttribute('tabindex');
  }
});

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
