/** A shorter text of one line fits into its place however narrow that is, in characters. */
const surelyFits = 200;

/**
 * Brings what scrolls into reach of the keyboard. It is measured once it is laid out, and only where it may scroll:
 * asking hundreds of texts for their height lays each of them out.
 */
export function stopAtScroller(content: HTMLElement): void {
  const text = content.textContent ?? '';
  if (text.length < surelyFits && !/[\r\n]/.test(text)) {
    content.removeAttribute('tabindex');
    return;
  }
  requestAnimationFrame(() => {
    if (content.scrollHeight > content.clientHeight) content.tabIndex = 0;
    else content.removeAttribute('tabindex');
  });
}
