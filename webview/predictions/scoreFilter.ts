import type { Condition } from '../../src/panel/protocol/view.ts';
import { createButton } from '../controls/controls.ts';
import { createMenu } from '../controls/menu.ts';
import { createSelect } from '../controls/select.ts';
import { element, setAttribute, setChildren } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { scoreTitle } from '../texts/scoreTexts.ts';
import { addCondition, removeCondition } from '../viewState.ts';
import { conditionText } from './pageTexts.ts';

export interface ScoreFilter {
  /** The button that opens the choice of a condition. */
  readonly element: HTMLElement;
  /** The conditions that are set, each of which can be taken away. */
  readonly conditions: HTMLElement;
  refresh(): void;
}

const comparisons: readonly { value: Condition['comparison']; text: string }[] = [
  ...(['<', '≤', '=', '≥', '>'] as const).map((sign) => ({ value: sign, text: sign })),
  { value: 'none', text: 'is none' },
];

/** Filters by what scores have to be. */
export function createScoreFilter(panel: Panel): ScoreFilter {
  let chosen: { score: string | null; comparison: Condition['comparison'] } = { score: null, comparison: '<' };
  const score = createSelect({ 'aria-label': 'Score' }, (value) => {
    chosen = { ...chosen, score: value };
  });
  const comparison = createSelect({ 'aria-label': 'Comparison' }, (value) => {
    const found = comparisons.find((other) => other.value === value);
    if (found !== undefined) chosen = { ...chosen, comparison: found.value };
    draw();
  });
  const number = element('input', {
    type: 'number',
    step: 'any',
    class: 'search number-field',
    'aria-label': 'Number',
  });
  const add = createButton({ text: 'Add filter', appearance: 'primary', onPress: finish });
  const form = element('div', { class: 'condition-form' }, score.element, comparison.element, number, add.element);
  const menu = createMenu({ kind: 'score-filter', text: 'Filter scores' }, () => {
    draw();
    return [form];
  });
  const set = element('div', { class: 'conditions', role: 'group', 'aria-label': 'Score filters' });
  const chips = new Map<string, HTMLElement>();

  number.addEventListener('input', draw);
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target !== number) return;
    event.preventDefault();
    finish();
  });

  function condition(): Condition | null {
    const { comparison: sign } = chosen;
    const name = chosen.score;
    if (name === null) return null;
    if (sign === 'none') return { score: name, comparison: sign };
    const value = number.valueAsNumber;
    return Number.isFinite(value) ? { score: name, comparison: sign, value } : null;
  }

  function draw() {
    const { scores } = panel.scores();
    // The deciding score is what one mostly asks for.
    if (!scores.some(({ name }) => name === chosen.score)) {
      chosen = { ...chosen, score: panel.scores().judge ?? scores[0]?.name ?? null };
    }
    score.show(
      scores.map(({ name }) => ({ value: name, text: scoreTitle(name, scores) })),
      chosen.score ?? '',
    );
    comparison.show(comparisons, chosen.comparison);
    setAttribute(number, 'hidden', chosen.comparison === 'none');
    add.setEnabled(condition() !== null);
  }

  function finish() {
    const made = condition();
    if (made === null) return;
    menu.close();
    panel.change(addCondition(made));
    panel.say(`Filtered by ${conditionText(made, panel.scores().scores)}`);
  }

  function chipOf(asked: Condition, text: string): HTMLElement {
    const key = keyOf(asked, text);
    const held = chips.get(key);
    if (held !== undefined) return held;
    const sign = element('span', { 'aria-hidden': 'true' }, '×');
    const chip = element(
      'button',
      { type: 'button', class: 'chip', 'aria-label': `Remove filter: ${text}` },
      text,
      sign,
    );
    chip.addEventListener('click', () => {
      // It takes itself away, and with it the focus.
      const next = chip.nextElementSibling ?? chip.previousElementSibling ?? menu.button;
      if (next instanceof HTMLElement) next.focus();
      panel.change(removeCondition(asked));
      panel.say(`No longer filtered by ${text}`);
    });
    chips.set(key, chip);
    return chip;
  }

  return {
    element: menu.element,
    conditions: set,
    refresh: () => {
      const { scores } = panel.scores();
      const { conditions } = panel.view();
      setAttribute(menu.element, 'hidden', scores.length === 0 && conditions.length === 0);
      setAttribute(set, 'hidden', conditions.length === 0);
      const asked = conditions.map((each) => ({ each, text: conditionText(each, scores) }));
      const keys = new Set(asked.map(({ each, text }) => keyOf(each, text)));
      for (const key of chips.keys()) if (!keys.has(key)) chips.delete(key);
      setChildren(
        set,
        asked.map(({ each, text }) => chipOf(each, text)),
      );
    },
  };
}

/** Two scores may be called alike, and one otherwise than before. */
function keyOf(condition: Condition, text: string): string {
  return JSON.stringify([condition.score, text]);
}
