import { element } from '../dom.ts';

export interface Checkbox {
  /** The box with its label. */
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  show(checked: boolean): void;
}

/** A box to tick, labelled in words. */
export function createCheckbox(text: string, change: (checked: boolean) => void): Checkbox {
  const input = element('input', { type: 'checkbox', class: 'box' });
  input.addEventListener('change', () => change(input.checked));
  return {
    element: element('label', { class: 'check' }, input, text),
    input,
    show: (checked) => {
      if (input.checked !== checked) input.checked = checked;
    },
  };
}
