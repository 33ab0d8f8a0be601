import { element, setChildren } from '../dom.ts';
import type { Choice } from './choice.ts';

export interface Select {
  readonly element: HTMLSelectElement;
  /** Brings the choices up to date without rebuilding them, so that an open list stays open. */
  show(choices: readonly Choice[], value: string): void;
}

/** A list to choose one from. It is the browser's own, since its choices change while it is open. */
export function createSelect(attributes: Record<string, string>, choose: (value: string) => void): Select {
  const select = element('select', { class: 'select', ...attributes });
  select.addEventListener('change', () => choose(select.value));
  // What the document shows is kept here: asking it for each option costs more than all the rest of an arrival.
  const options = new Map<string, { option: HTMLOptionElement; text: string }>();

  return {
    element: select,
    show: (choices, value) => {
      const present = new Set(choices.map((choice) => choice.value));
      let changed = false;
      for (const held of options.keys()) if (!present.has(held)) changed = options.delete(held);
      for (const choice of choices) {
        const held = options.get(choice.value);
        if (held === undefined) {
          options.set(choice.value, {
            option: element('option', { value: choice.value }, choice.text),
            text: choice.text,
          });
          changed = true;
        } else if (held.text !== choice.text) {
          held.option.text = choice.text;
          held.text = choice.text;
        }
      }
      if (changed) {
        setChildren(
          select,
          choices.flatMap((choice) => options.get(choice.value)?.option ?? []),
        );
      }
      if (select.value !== value) select.value = value;
    },
  };
}
