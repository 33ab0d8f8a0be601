import { setAttribute } from '../../../dom.ts';

/**
 * Tells the whole text of a cell that shows a part of it, when the pointer rests on it.
 *
 * @param textOf the text of a cell; null where it is none of the long texts
 */
export function tellCutTexts(table: HTMLElement, textOf: (cell: HTMLElement) => string | null): void {
  table.addEventListener('mouseover', ({ target }) => {
    const cell = target instanceof Element ? target.closest<HTMLElement>('td') : null;
    const clip = cell?.querySelector<HTMLElement>(':scope > .clip') ?? null;
    if (cell === null || clip === null) return;
    const text = textOf(cell);
    if (text === null) return;
    const isCut = clip.scrollHeight > clip.clientHeight + 1 || clip.scrollWidth > clip.clientWidth + 1;
    setAttribute(clip, 'title', isCut || clip.querySelector('.left-out') !== null ? text : null);
  });
}
