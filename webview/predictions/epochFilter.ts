import type { EpochSummary } from '../../src/wire/responses.ts';
import { element, setText } from '../dom.ts';
import type { Formats } from '../texts/formats.ts';
import { epochSteps } from './epochSteps.ts';
import { allEpochsText, epochText } from './pageTexts.ts';

export interface EpochFilter {
  readonly element: HTMLSelectElement;
  /**
   * @param epochs newest first
   * @param stored predictions of all epochs: adding up thousands for each event would grow with the job
   * @param chosen null for all
   */
  show(epochs: readonly EpochSummary[], stored: number, chosen: number | null): void;
}

/** Between two touches of what a closed list hides, in ms. */
const rest = 500;
/** The newest epochs, which a closed list holds: the browser looks at each choice of a page whenever anything changes. */
const closedChoices = 200;
/** An open list holds all of them; they come so many a frame, as thousands at once take a second. */
const choicesAFrame = 500;

/**
 * The epochs to choose one from: thousands, of which an arrival changes one or two, and only those are touched. What is
 * chosen is seen and always up to date; the others are touched twice a second at most, and when the list opens.
 */
export function createEpochFilter(formats: Formats, choose: (epoch: number | null) => void): EpochFilter {
  const all = element('option', { value: '' });
  /** Stands in for an epoch that is chosen and not in the list: an old one, or one of which no row is here yet. */
  let absent: HTMLOptionElement | null = null;
  const select = element('select', { class: 'select epoch-choice', id: 'epoch-filter' }, all);
  select.addEventListener('change', () => choose(select.value === '' ? null : Number(select.value)));
  const options = new Map<number, HTMLOptionElement>();
  let told: readonly EpochSummary[] = [];
  let stored = 0;
  let chosen: number | null = null;
  /** How many of the epochs the list holds. */
  let most = closedChoices;
  /** The choices that are in the list, and what they were made of. */
  let drawn: readonly EpochSummary[] = [];
  let drawnOf: readonly EpochSummary[] | null = null;
  let timer: number | undefined;

  /** Brings all choices up to date. */
  function draw() {
    if (told === drawnOf) return;
    const epochs = told.slice(0, most);
    for (const step of epochSteps(drawn, epochs)) {
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
    drawnOf = told;
    setText(all, allEpochsText(stored, formats));
  }

  /** What a closed list shows. */
  function drawChosen() {
    if (chosen === null) setText(all, allEpochsText(stored, formats));
    const summary = chosen === null ? undefined : told.find(({ epoch }) => epoch === chosen);
    const wanted = chosen === null || options.has(chosen) ? null : String(chosen);
    if ((absent?.value ?? null) !== wanted) {
      absent?.remove();
      absent = wanted === null ? null : element('option', { value: wanted });
      if (absent !== null) select.append(absent);
    }
    const option = chosen === null ? undefined : (options.get(chosen) ?? absent);
    if (option != null) setText(option, summary === undefined ? `${chosen} (0)` : epochText(summary, formats));
    const value = chosen === null ? '' : String(chosen);
    if (select.value !== value) select.value = value;
  }

  function drawInAWhile() {
    if (timer !== undefined || told === drawnOf) return;
    draw();
    timer = setTimeout(() => {
      timer = undefined;
      drawInAWhile();
      drawChosen();
    }, rest);
  }

  function hold(choices: number) {
    // Where all are there already, nothing is to be drawn.
    if (told.length > Math.min(most, choices)) drawnOf = null;
    most = choices;
    draw();
    drawChosen();
  }

  function open() {
    if (most > closedChoices) draw();
    else grow();
  }

  function grow() {
    const choices = most + choicesAFrame;
    // Once all are there, those that arrive take nothing away.
    hold(choices < told.length ? choices : Number.POSITIVE_INFINITY);
    requestAnimationFrame(() => {
      if (most > closedChoices && most < told.length) grow();
    });
  }

  for (const event of ['pointerdown', 'focus', 'keydown']) select.addEventListener(event, open);
  select.addEventListener('blur', () => hold(closedChoices));

  return {
    element: select,
    show: (epochs, count, wanted) => {
      told = epochs;
      stored = count;
      chosen = wanted;
      drawInAWhile();
      drawChosen();
    },
  };
}
