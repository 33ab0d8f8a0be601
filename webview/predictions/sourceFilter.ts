import { createSelect } from '../controls/select.ts';
import { element, setAttribute } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { filterBy } from '../viewState.ts';
import { sourceText } from './pageTexts.ts';

export interface SourceFilter {
  readonly element: HTMLElement;
  refresh(): void;
}

/** A longer one cannot be asked for. */
const longestSource = 1000;

/** The choice of one of the sources of a job's samples. @param id of its list, in the whole document */
export function createSourceFilter(panel: Panel, id = 'source-filter'): SourceFilter {
  const select = createSelect({ id, class: 'select source-choice' }, (value) =>
    panel.change(filterBy({ source: value === '' ? null : value.slice(1) })),
  );
  const container = element('div', { class: 'source' }, element('label', { for: id }, 'Source'), select.element);
  return {
    element: container,
    refresh: () => {
      const { source } = panel.view();
      const sources = panel.scores().sources.filter(({ length }) => length <= longestSource);
      setAttribute(container, 'hidden', sources.length < 2 && source === null);
      // What is chosen may come with the next rows.
      const offered = source === null || sources.includes(source) ? sources : [...sources, source];
      select.show(
        [{ value: '', text: 'All' }, ...offered.map((name) => ({ value: `=${name}`, text: sourceText(name) }))],
        source === null ? '' : `=${source}`,
      );
    },
  };
}
