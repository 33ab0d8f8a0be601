import type { EpochSummary } from '../../src/wire/responses.ts';
import { element, setText } from '../dom.ts';
import type { Formats } from '../formats.ts';
import { epochSteps } from './epochSteps.ts';
import { allEpochsText, epochText } from './pageTexts.ts';

export interface EpochFilter {
  readonly element: HTMLSelectElement;
  /** @param epochs newest first; @param chosen null for all */
  show(epochs: readonly EpochSummary[], chosen: number | null): void;
}

/** Between two touches of what a closed list hides, in ms. */
const rest = 500;

/**
 * The epochs to choose one from: thousands, of which an arrival changes one or two, and only those are touched. What is
 * chosen is seen and always up to date; the others are touched twice a second at most, and when the list opens.
 */
export function createEpochFilter(formats: Formats, choose: (epoch: number | null) => void): EpochFilter {
  const all = element('option', { value: '' });
  /** An epoch that was kept from before is a choice even while none of its rows is here. */
  let absent: HTMLOptionElement | null = null;
  const select = element('select', { class: 'select epoch-choice', id: 'epoch-filter' }, all);
  select.addEventListener('change', () => choose(select.value === '' ? null : Number(select.value)));
  const options = new Map<number, HTMLOptionElement>();
  let told: readonly EpochSummary[] = [];
  let drawn: readonly EpochSummary[] | null = null;
  let timer: number | undefined;

  /** Brings all choices up to date. */
  function draw() {
    const epochs = told;
    if (epochs === drawn) return;
    for (const step of epochSteps(drawn ?? [], epochs)) {
      if (step.kind === 'remove') {
        options.get(step.epoch)?.remove();
        options.delete(step.epoch);
        continue;
      }
      const { summary } = step;
      const text = epochText(summary, formats);
      if (step.kind === 'change') {
        const option = options.get(summary.epoch);
        if (option !== undefined) setText(option, text);
        continue;
      }
      const option = element('option', { value: summary.epoch }, text);
      options.set(summary.epoch, option);
      select.insertBefore(option, step.before === null ? absent : (options.get(step.before) ?? absent));
    }
    drawn = epochs;
    setText(all, allEpochsText(epochs, formats));
  }

  /** What a closed list shows. */
  function drawChosen(chosen: number | null) {
    if (chosen !== null && !options.has(chosen)) draw();
    const option = chosen === null ? all : options.get(chosen);
    const summary = told.find(({ epoch }) => epoch === chosen);
    if (option === all) setText(all, allEpochsText(told, formats));
    else if (option !== undefined && summary !== undefined) setText(option, epochText(summary, formats));
  }

  function drawInAWhile() {
    if (timer !== undefined || told === drawn) return;
    draw();
    timer = setTimeout(() => {
      timer = undefined;
      drawInAWhile();
    }, rest);
  }

  for (const event of ['pointerdown', 'focus', 'keydown']) select.addEventListener(event, draw);

  return {
    element: select,
    show: (epochs, chosen) => {
      told = epochs;
      drawChosen(chosen);
      drawInAWhile();
      const wanted = chosen === null || options.has(chosen) ? null : String(chosen);
      if ((absent?.value ?? null) !== wanted) {
        absent?.remove();
        absent = wanted === null ? null : element('option', { value: wanted }, `${wanted} (0)`);
        if (absent !== null) select.append(absent);
      }
      const value = chosen === null ? '' : String(chosen);
      if (select.value !== value) select.value = value;
    },
  };
}
