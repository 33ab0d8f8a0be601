import type { CheckpointCount } from '../../src/panel/protocol/table.ts';
import type { EpochSummary } from '../../src/wire/responses.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from '../texts/formats.ts';
import { compareParts, epochSteps, type Part, type PartKey, partKey } from './epochSteps.ts';
import { allEpochsText, checkpointText, epochText } from './pageTexts.ts';

/** What there is to choose from. */
export interface Parts {
  /** Newest first. */
  epochs: readonly EpochSummary[];
  /** Newest first; empty where every epoch has one step. */
  checkpoints: readonly CheckpointCount[];
  /** Every epoch has one step. */
  byEpoch: boolean;
  /** Predictions of all epochs: adding up thousands for each event would grow with the job. */
  stored: number;
}

export interface CheckpointFilter {
  readonly label: HTMLLabelElement;
  readonly element: HTMLSelectElement;
  /** @param chosen null for all */
  show(parts: Parts, chosen: Part | null): void;
}

/** A part of the job, by the object that tells of it. */
type Choice = EpochSummary | CheckpointCount;

/** Between two touches of what a closed list hides, in ms. */
const rest = 500;
/** The newest parts, which a closed list holds: the browser looks at each choice of a page whenever anything changes. */
const closedChoices = 200;
/** An open list holds all of them; they come so many a frame, as thousands at once take a second. */
const choicesAFrame = 500;

/**
 * The part of the job to show: an epoch where every epoch has one step, else a checkpoint, or a whole epoch of several.
 * There are thousands, of which an arrival changes one or two, and only those are touched. What is chosen is seen and
 * always up to date; the others are touched twice a second at most, and when the list opens.
 */
export function createCheckpointFilter(formats: Formats, choose: (part: Part | null) => void): CheckpointFilter {
  const all = element('option', { value: '' });
  /** Stands in for a part that is chosen and not in the list: an old one, or one of which no row is here yet. */
  let absent: HTMLOptionElement | null = null;
  const label = element('label', { for: 'epoch-filter' }, 'Epoch');
  const select = element('select', { class: 'select epoch-choice', id: 'epoch-filter' }, all);
  select.addEventListener('change', () => choose(partOf(select.value)));
  const options = new Map<PartKey, HTMLOptionElement>();
  let told: Parts = { epochs: [], checkpoints: [], byEpoch: true, stored: 0 };
  let chosen: Part | null = null;
  /** How many of the parts the list holds. */
  let most = closedChoices;
  /** The choices that are in the list, and what they were made of. */
  let drawn: readonly Choice[] = [];
  let drawnOf: Parts | null = null;
  let timer: number | undefined;

  const textOf = (choice: Choice): string => {
    if ('step' in choice) return checkpointText(choice, formats);
    return told.byEpoch ? epochText(choice, formats) : `Epoch ${epochText(choice, formats)}`;
  };
  /** A single epoch is all there is; one that was chosen before its second step came stays to be seen. */
  const offersEpochs = (): boolean => told.epochs.length > 1 || (chosen !== null && chosen.step === undefined);
  const choicesCount = (): number => {
    if (told.byEpoch) return told.epochs.length;
    return told.checkpoints.length + (offersEpochs() ? told.epochs.length : 0);
  };

  function choices(): readonly Choice[] {
    if (told.byEpoch) return told.epochs;
    return offersEpochs() ? merged(told.epochs, told.checkpoints) : told.checkpoints;
  }

  /** Brings all choices up to date. */
  function draw() {
    if (drawnOf !== null && isSameList(told, drawnOf)) return;
    if (drawnOf?.byEpoch !== told.byEpoch) {
      for (const option of options.values()) option.remove();
      options.clear();
      drawn = [];
    }
    const wanted = choices().slice(0, most);
    for (const step of epochSteps(drawn, wanted)) {
      if (step.kind === 'remove') {
        options.get(step.epoch)?.remove();
        options.delete(step.epoch);
        continue;
      }
      const { summary } = step;
      const key = partKey(summary);
      const text = textOf(summary);
      if (step.kind === 'change') {
        const option = options.get(key);
        if (option !== undefined) setText(option, text);
        continue;
      }
      const option = element('option', { value: key }, text);
      options.set(key, option);
      select.insertBefore(option, step.before === null ? absent : (options.get(step.before) ?? absent));
    }
    drawn = wanted;
    drawnOf = told;
    setText(all, allEpochsText(told.stored, formats));
  }

  /** What a closed list shows. */
  function drawChosen() {
    setText(label, told.byEpoch ? 'Epoch' : 'Checkpoint');
    if (chosen === null) setText(all, allEpochsText(told.stored, formats));
    const key = chosen === null ? null : partKey(chosen);
    const wanted = key === null || options.has(key) ? null : String(key);
    if ((absent?.value ?? null) !== wanted) {
      absent?.remove();
      absent = wanted === null ? null : element('option', { value: wanted });
      if (absent !== null) select.append(absent);
    }
    const option = key === null ? undefined : (options.get(key) ?? absent);
    if (chosen !== null && option != null) setText(option, textOf(summaryOf(chosen)));
    const value = key === null ? '' : String(key);
    if (select.value !== value) select.value = value;
    // Steps may begin anew with each epoch.
    const isStep = chosen?.step !== undefined && told.epochs.length > 1;
    setAttribute(select, 'title', isStep ? `In epoch ${formats.count(chosen?.epoch ?? 0)}` : null);
  }

  function summaryOf({ epoch, step }: Part): Choice {
    if (step === undefined) {
      return told.epochs.find((summary) => summary.epoch === epoch) ?? { epoch, prediction_count: 0 };
    }
    const known = told.checkpoints.find((checkpoint) => checkpoint.epoch === epoch && checkpoint.step === step);
    return known ?? { epoch, step, predictions: 0 };
  }

  function drawInAWhile() {
    if (timer !== undefined || (drawnOf !== null && isSameList(told, drawnOf))) return;
    draw();
    timer = setTimeout(() => {
      timer = undefined;
      drawInAWhile();
      drawChosen();
    }, rest);
  }

  function hold(held: number) {
    // Where all are there already, nothing is to be drawn.
    if (choicesCount() > Math.min(most, held)) drawnOf = null;
    most = held;
    draw();
    drawChosen();
  }

  function open() {
    if (most > closedChoices) draw();
    else grow();
  }

  function grow() {
    const held = most + choicesAFrame;
    // Once all are there, those that arrive take nothing away.
    hold(held < choicesCount() ? held : Number.POSITIVE_INFINITY);
    requestAnimationFrame(() => {
      if (most > closedChoices && most < choicesCount()) grow();
    });
  }

  for (const event of ['pointerdown', 'focus', 'keydown']) select.addEventListener(event, open);
  select.addEventListener('blur', () => hold(closedChoices));

  return {
    label,
    element: select,
    show: (parts, wanted) => {
      const offered = offersEpochs();
      told = parts;
      chosen = wanted;
      if (offered !== offersEpochs() && drawnOf !== null) drawnOf = { ...drawnOf, epochs: [] };
      drawInAWhile();
      drawChosen();
    },
  };
}

function isSameList(a: Parts, b: Parts): boolean {
  return a.epochs === b.epochs && a.checkpoints === b.checkpoints && a.byEpoch === b.byEpoch;
}

/** Both newest first. */
function merged(epochs: readonly EpochSummary[], checkpoints: readonly CheckpointCount[]): Choice[] {
  const list: Choice[] = [];
  let place = 0;
  for (const checkpoint of checkpoints) {
    for (let epoch = epochs[place]; epoch !== undefined && compareParts(epoch, checkpoint) < 0; epoch = epochs[place]) {
      list.push(epoch);
      place += 1;
    }
    list.push(checkpoint);
  }
  return [...list, ...epochs.slice(place)];
}

/** The part that a choice's value names; null for all. */
function partOf(value: string): Part | null {
  if (value === '') return null;
  const [epoch, step] = value.split(' ').map(Number);
  if (epoch === undefined) return null;
  return step === undefined ? { epoch } : { epoch, step };
}
