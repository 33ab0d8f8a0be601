import { plainName } from '../../src/plainText.ts';
import { element, setAttribute } from '../dom.ts';
import type { Choice } from './choice.ts';
import { createSelect } from './select.ts';

export interface SourceChoice {
  readonly element: HTMLElement;
  /** @param source null for all */
  show(sources: readonly string[], source: string | null): void;
}

/** What there is to choose from; an empty source is that of rows that name none. */
export function sourceChoices(sources: readonly string[], source: string | null): Choice[] {
  const offered = source === null || sources.includes(source) ? sources : [...sources, source];
  return [
    { value: '', text: 'all' },
    ...offered.map((name) => ({ value: optionOf(name), text: name === '' ? 'none named' : plainName(name) })),
  ];
}

/** Shows what is of one source alone. It is there where a job has several. */
export function createSourceChoice(id: string, choose: (source: string | null) => void): SourceChoice {
  let offered: readonly string[] = [];
  const select = createSelect({ id }, (value) => choose(offered.find((source) => optionOf(source) === value) ?? null));
  const labelled = element(
    'span',
    { class: 'labelled', hidden: true },
    element('label', { for: id }, 'Source'),
    select.element,
  );
  return {
    element: labelled,
    show: (sources, source) => {
      offered = sources;
      setAttribute(labelled, 'hidden', sources.length < 2 && source === null);
      select.show(sourceChoices(sources, source), source === null ? '' : optionOf(source));
    },
  };
}

/** No source is like the value that stands for all. */
function optionOf(source: string): string {
  return `=${source}`;
}
