import type { ViewState } from '../../src/panel/protocol/view.ts';
import { element } from '../dom.ts';
import { createSelect } from './select.ts';

type CompareJson = ViewState['compareJson'];
const choices: readonly { value: CompareJson; text: string }[] = [
  { value: 'text', text: 'Text' },
  { value: 'keys', text: 'By key' },
];

export interface JsonChoice {
  readonly element: HTMLElement;
  show(chosen: CompareJson): void;
}

/** How JSON is held against JSON. */
export function createJsonChoice(choose: (chosen: CompareJson) => void): JsonChoice {
  const select = createSelect({ 'aria-label': 'Compare JSON' }, (value) => {
    const chosen = choices.find((choice) => choice.value === value);
    if (chosen !== undefined) choose(chosen.value);
  });
  return {
    // The list says itself what it is.
    element: element(
      'span',
      { class: 'labelled' },
      element('span', { 'aria-hidden': 'true' }, 'Compare'),
      select.element,
    ),
    show: (chosen) => select.show(choices, chosen),
  };
}
