import type { Tab } from '../src/panel/protocol/view.ts';
import { element, setAttribute } from './dom.ts';

const titles: Record<Tab, string> = { predictions: 'Predictions', comparison: 'Comparison', trends: 'Trends' };
const order: readonly Tab[] = ['predictions', 'comparison', 'trends'];

export interface Tabs {
  readonly element: HTMLElement;
  show(tab: Tab): void;
}

/**
 * A tab list and its panels. One tab is in the tab order; arrow keys, Home and End move and show at once (the tabs
 * pattern of the ARIA Authoring Practices Guide).
 */
export function createTabs(contents: Record<Tab, HTMLElement>, choose: (tab: Tab) => void): Tabs {
  const tabs = order.map((tab) =>
    element(
      'button',
      { type: 'button', role: 'tab', id: `tab-${tab}`, 'aria-controls': `panel-${tab}`, class: 'tab' },
      titles[tab],
    ),
  );
  const panels = order.map((tab) =>
    element(
      'section',
      {
        role: 'tabpanel',
        id: `panel-${tab}`,
        'aria-labelledby': `tab-${tab}`,
        class: 'panel',
        // The others begin with something that takes the focus; charts do not, and have to be scrolled by key.
        tabindex: tab === 'trends' ? 0 : null,
      },
      contents[tab],
    ),
  );
  const list = element('div', { role: 'tablist', class: 'tabs', 'aria-label': 'Views' }, ...tabs);

  tabs.forEach((button, index) => {
    button.addEventListener('click', () => chooseAt(index));
    button.addEventListener('keydown', (event) => {
      const target = targetOf(event.key, index);
      if (target === null) return;
      event.preventDefault();
      chooseAt(target);
      tabs[target]?.focus();
    });
  });

  function chooseAt(index: number) {
    const tab = order[index];
    if (tab !== undefined) choose(tab);
  }

  return {
    element: element('div', { class: 'views' }, list, ...panels),
    show: (tab) => {
      const current = order.indexOf(tab);
      tabs.forEach((button, index) => {
        setAttribute(button, 'aria-selected', String(index === current));
        button.tabIndex = index === current ? 0 : -1;
      });
      // What leads to another tab is out of sight there: its focus must not be lost.
      const leaves = panels.some((panel, index) => index !== current && panel.contains(document.activeElement));
      if (leaves) tabs[current]?.focus();
      panels.forEach((panel, index) => {
        setAttribute(panel, 'hidden', index !== current);
      });
    },
  };
}

function targetOf(key: string, index: number): number | null {
  const last = order.length - 1;
  switch (key) {
    case 'ArrowRight':
      return index === last ? 0 : index + 1;
    case 'ArrowLeft':
      return index === 0 ? last : index - 1;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
