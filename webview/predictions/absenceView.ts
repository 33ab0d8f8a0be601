import { createButton, createProgressRing } from '../controls.ts';
import { element, setText } from '../dom.ts';
import type { Absence } from './pageTexts.ts';

export interface AbsenceView {
  readonly element: HTMLElement;
  show(absence: Absence | null): void;
}

/** What stands where rows would: why there are none. */
export function createAbsence(showAll: () => void): AbsenceView {
  const ring = createProgressRing();
  const text = element('p');
  const all = createButton({ text: 'Show all epochs', appearance: 'secondary', onPress: showAll });
  const container = element('div', { class: 'absence' }, ring, text, all.element);
  return {
    element: container,
    show: (absence) => {
      container.hidden = absence === null;
      ring.hidden = absence?.busy !== true;
      all.setVisible(absence?.filtered === true);
      setText(text, absence?.text ?? '');
    },
  };
}
