import type { Direction } from '../../src/model/directions.ts';
import { columnOfScore } from '../../src/panel/initialView.ts';
import type { ScoreInfo } from '../../src/panel/protocol.ts';
import { createSelect } from '../controls/select.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { noScores } from '../scores.ts';
import { directionText, scoreTitle } from '../texts/scoreTexts.ts';
import { showColumn } from '../viewState.ts';

export interface JudgeControl {
  readonly element: HTMLElement;
  refresh(): void;
}

const nextDirection: Record<Direction, Direction> = { higher: 'lower', lower: 'none', none: 'higher' };
const signs: Record<Direction, string> = { higher: '↑', lower: '↓', none: '–' };

/** The choice of the score by which answers are better or worse, and of its direction. */
export function createJudgeControl(panel: Panel): JudgeControl {
  const select = createSelect({ id: 'judge-by', class: 'select judge-choice' }, (value) => {
    const score = value === '' ? null : value.slice(1);
    panel.post({ type: 'judgeBy', score });
    isAsked = true;
    // Its marks stand in its column.
    if (score !== null) panel.change(showColumn(columnOfScore(score)));
  });
  const turn = element('button', { type: 'button', class: 'turn' });
  const container = element(
    'div',
    { class: 'judge' },
    element('label', { for: 'judge-by' }, 'Judge by'),
    select.element,
    turn,
  );
  let shown = noScores;
  /** The reader waits for what it comes to. */
  let isAsked = false;

  const judgeOf = ({ scores, judge } = panel.scores()): ScoreInfo | undefined =>
    scores.find(({ name }) => name === judge);

  turn.addEventListener('click', () => {
    const judge = judgeOf();
    if (judge === undefined) return;
    const direction = nextDirection[judge.direction];
    // Without a direction it would leave the decision to another score, unless it is chosen.
    if (direction === 'none') panel.post({ type: 'judgeBy', score: judge.name });
    panel.post({ type: 'turnScore', score: judge.name, direction });
    isAsked = true;
  });

  return {
    element: container,
    refresh: () => {
      const told = panel.scores();
      if (told === shown) return;
      shown = told;
      const { scores, chosen } = told;
      const judge = judgeOf();
      setAttribute(container, 'hidden', scores.length < 2);
      const title = judge === undefined ? null : scoreTitle(judge.name, scores);
      const isChosen = scores.some(({ name }) => name === chosen);
      const byJob = isChosen || title === null ? 'As the job says' : `${title} (default)`;
      select.show(
        [
          { value: '', text: byJob },
          // Told apart from the choice before, whatever the name.
          ...scores.map(({ name }) => ({ value: `=${name}`, text: scoreTitle(name, scores) })),
        ],
        isChosen ? `=${chosen}` : '',
      );
      setAttribute(turn, 'hidden', judge === undefined);
      if (judge === undefined || title === null) return;
      const words = directionText(judge.direction);
      setText(turn, signs[judge.direction]);
      setAttribute(turn, 'aria-label', `${title}: ${words}`);
      setAttribute(turn, 'title', `${title}: ${words}. Press for: ${directionText(nextDirection[judge.direction])}.`);
      if (isAsked) panel.say(`Judged by ${title}: ${words}`);
      isAsked = false;
    },
  };
}
