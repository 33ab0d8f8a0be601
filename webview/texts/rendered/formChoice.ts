import type { TextForm } from '../../../src/panel/initialView.ts';
import { createSelect } from '../../controls/select.ts';
import { element } from '../../dom.ts';
import { chooseForm, expectRendered, presentForm } from './textForm.ts';

const choices: readonly { value: TextForm; text: string }[] = [
  { value: 'raw', text: 'Raw' },
  { value: 'rendered', text: 'Rendered' },
];

/** The choice between texts as they were written and as they were meant. It follows all others of the page. */
export function createFormChoice(): HTMLElement {
  const select = createSelect(
    { class: 'select text-form-choice', title: 'Markdown, code, tables, JSON and mathematics' },
    (value) => {
      const chosen = choices.find((choice) => choice.value === value);
      if (chosen !== undefined) chooseForm(chosen.value);
    },
  );
  select.show(choices, presentForm());
  const choice = element('label', { class: 'labelled text-form' }, 'Text form', select.element);
  for (const approach of ['pointerenter', 'focusin']) choice.addEventListener(approach, expectRendered);
  return choice;
}
