import type { SampleKey } from '../../src/model/samples.ts';
import type { SampleSummary } from '../../src/panel/protocol/comparison.ts';
import { createButton } from '../controls/controls.ts';
import { createSelect } from '../controls/select.ts';
import { element } from '../dom.ts';
import type { Scores } from '../scores.ts';
import type { Formats } from '../texts/formats.ts';
import { sampleBeside, sampleChoices } from './comparisonTexts.ts';

export interface SampleChoice {
  readonly elements: readonly HTMLElement[];
  show(samples: readonly SampleSummary[], sample: SampleKey | null, scores: Scores): void;
  /** Takes the next or the previous sample for a key that stands for it. */
  press(event: KeyboardEvent): void;
}

/** The sample that is compared, with its neighbours one press away. */
export function createSampleChoice(formats: Formats, choose: (sample: SampleKey) => void): SampleChoice {
  let samples: readonly SampleSummary[] = [];
  let sample: SampleKey | null = null;
  let scores: Scores | null = null;
  let choices: ReturnType<typeof sampleChoices> = [];

  const select = createSelect({ id: 'sample-choice', class: 'select sample-choice' }, (value) => {
    const chosen = choices.find((choice) => choice.value === value);
    if (chosen !== undefined) choose(chosen.key);
  });
  const turn = (places: number) => () => {
    const beside = sampleBeside(samples, sample, places);
    if (beside !== null) choose(beside);
  };
  const before = turn(-1);
  const after = turn(1);
  const previous = createButton({ text: '', appearance: 'secondary', onPress: before });
  const next = createButton({ text: '', appearance: 'secondary', onPress: after });
  nameButton(previous.element, '‹', 'Previous sample', '[');
  nameButton(next.element, '›', 'Next sample', ']');

  return {
    elements: [
      element('label', { for: 'sample-choice' }, 'Sample'),
      element('span', { class: 'sample-turn' }, previous.element, select.element, next.element),
    ],
    show: (presentSamples, presentSample, presentScores) => {
      if (presentSamples !== samples || presentSample !== sample || presentScores !== scores) {
        samples = presentSamples;
        sample = presentSample;
        scores = presentScores;
        choices = sampleChoices(samples, formats, presentScores);
        select.show(choices, choices.find(({ key }) => key === sample)?.value ?? '');
      }
      const first = sampleBeside(samples, sample, -1) === null;
      const last = sampleBeside(samples, sample, 1) === null;
      // A button that gets disabled loses the focus: the other one takes it.
      const focused = document.activeElement;
      previous.setEnabled(!first);
      next.setEnabled(!last);
      if (first && focused === previous.element) (last ? select.element : next.element).focus();
      if (last && focused === next.element) (first ? select.element : previous.element).focus();
    },
    press: (event) => {
      // With AltGr, which some keyboards need for brackets, Control and Alt count as pressed.
      if (event.metaKey || (event.ctrlKey && !event.getModifierState('AltGraph'))) return;
      if (
        event.target instanceof Element &&
        event.target.closest('input:not([type="range"]), textarea, select') !== null
      )
        return;
      if (event.key === '[') before();
      if (event.key === ']') after();
    },
  };
}

/** Named by its content: only the select has "Sample" for a label. */
function nameButton(button: HTMLElement, sign: string, name: string, key: string) {
  button.replaceChildren(element('span', { 'aria-hidden': 'true' }, sign), element('span', { class: 'spoken' }, name));
  button.title = `${name} (key ${key})`;
}
