import { createButton, createProgressRing } from '../controls/controls.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Absence } from './absence.ts';

export interface AbsenceView {
  readonly element: HTMLElement;
  show(absence: Absence | null): void;
}

/** What stands where content would: why there is none. */
export function createAbsence(act: () => void): AbsenceView {
  const ring = createProgressRing();
  const text = element('p');
  const button = createButton({ text: '', appearance: 'secondary', onPress: act });
  const container = element('div', { class: 'absence' }, ring, text, button.element);
  return {
    element: container,
    show: (absence) => {
      setAttribute(container, 'hidden', absence === null);
      setAttribute(ring, 'hidden', absence?.busy !== true);
      const action = absence?.action ?? null;
      if (action !== null) button.setText(action);
      button.setVisible(action !== null);
      setText(text, absence?.text ?? '');
    },
  };
}
