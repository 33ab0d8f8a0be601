import { element, setAttribute, setChildren } from '../dom.ts';
import type { LegendEntry } from './overlay.ts';

/** Brings the legend up to date; nothing while a chart shows one thing alone. */
export function showLegend(list: HTMLElement, entries: readonly LegendEntry[]): void {
  setAttribute(list, 'hidden', entries.length === 0);
  const held = [...list.children].map((item) => item.textContent);
  if (held.length === entries.length && entries.every(({ text }, index) => held[index] === text)) return;
  setChildren(
    list,
    entries.map(({ text, look, line }) =>
      element(
        'li',
        { class: 'legend-entry' },
        element('span', { class: 'legend-look', 'data-look': look, 'data-line': line ?? null, 'aria-hidden': 'true' }),
        element('bdi', {}, text),
      ),
    ),
  );
}
