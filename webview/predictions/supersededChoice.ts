import { createCheckbox } from '../controls/checkbox.ts';
import { setAttribute } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { filterBy } from '../viewState.ts';

export interface SupersededChoice {
  readonly element: HTMLElement;
  refresh(): void;
}

/** Whether rows are shown that a later start of the training, or a later writing, has taken the place of. */
export function createSupersededChoice(panel: Panel): SupersededChoice {
  const box = createCheckbox('Superseded', (superseded) => panel.change(filterBy({ superseded })));
  box.element.title = 'Also shows answers that were replaced after the run was resumed, or its files were written anew';
  return {
    element: box.element,
    refresh: () => {
      const { superseded } = panel.view();
      setAttribute(box.element, 'hidden', !panel.scores().supersedes && !superseded);
      box.show(superseded);
    },
  };
}
