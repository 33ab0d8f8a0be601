import { element, setAttribute, setText } from '../dom.ts';
import { validationText } from '../predictions/grid/columns.ts';
import { createDifference } from '../texts/differenceView.ts';
import { entryScores, hasOwnScores, markMeaning } from '../texts/entryScores.ts';
import type { Formats } from '../texts/formats.ts';
import { supersededTexts } from '../texts/groupTexts.ts';
import { keyNote, keyParts } from '../texts/keyDifference.ts';
import { cutOffText } from '../texts/reasoningTexts.ts';
import { createReply } from '../texts/replyView.ts';
import { createScoreList } from '../texts/scoreList.ts';
import { createShowAll, showAllText } from '../texts/showAll.ts';
import { checkpointTexts, markText } from './comparisonTexts.ts';
import { createEntryGroup } from './entryGroup.ts';
import { type EntryActions, type HistoryEntryView, wholeInJson } from './entryView.ts';

/** One answer to the sample, or one of the completions of one. */
export function createHistoryEntry(formats: Formats, act: EntryActions, level: 'h2' | 'h3' = 'h2'): HistoryEntryView {
  let id = '';
  let title = '';
  const heading = element(level, { class: 'entry-epoch', tabindex: -1 });
  const beside = element('span', { class: 'entry-step' });
  const superseded = element('span', { class: 'entry-note' });
  const cutOff = element('span', { class: 'entry-note entry-cut' });
  const group = createEntryGroup(formats, act, () => createHistoryEntry(formats, act, 'h3'));
  const reply = createReply('', wholeInJson, formats, { whose: () => title, ask: () => act.askWhole(id) });
  const prediction = createDifference();
  let isCut = false;
  const all = createShowAll(prediction.element, () => act.toggleWhole(id, isCut));
  const keys = element('p', { class: 'cut-note' });
  const mark = element('span', { class: 'entry-mark' });
  const rate = element('span', { class: 'entry-rate', title: 'Character error rate' });
  const validation = element('span', { class: 'entry-validation', title: "The validator's verdict" });
  const others = createScoreList(formats);
  // Which answer's they are is said to those alone who do not see it.
  const ofEntry = [element('span', { class: 'spoken' }), element('span', { class: 'spoken' })] as const;
  const diff = element('button', { type: 'button', class: 'quiet-button' }, 'Open in diff editor', ofEntry[0]);
  const copy = element('button', { type: 'button', class: 'quiet-button' }, 'Copy', ofEntry[1]);
  diff.addEventListener('click', () => act.openDiff(id));
  copy.addEventListener('click', () => act.copy(id));
  const scoresBeside = element('div', { class: 'entry-scores' }, mark, rate, validation);
  const answer = element('div', { class: 'entry-answer' }, reply.element, prediction.element, all.button, keys, cutOff);
  const actions = element('div', { class: 'entry-actions' }, diff, copy);
  const entry = element(
    'li',
    { class: 'entry' },
    element('div', { class: 'entry-head' }, heading, beside, superseded),
    scoresBeside,
    actions,
    element('div', { class: 'entry-text' }, group.button, answer, others.element),
    group.list,
  );

  return {
    element: entry,
    show: (present, canDiff, scores) => {
      const isOpen = present.group !== null && present.group.opened !== null;
      const { name, beside: other } = checkpointTexts(present, scores.byEpoch, formats);
      title = present.place === null ? name : `Completion ${formats.count(present.place)}`;
      id = present.id;
      setAttribute(entry, 'data-id', id);
      entry.classList.toggle('superseded', present.superseded !== null);
      setText(heading, title);
      setText(beside, present.place === null ? other : '');
      setText(superseded, present.superseded === null ? '' : supersededTexts[present.superseded]);
      group.show(present, name, canDiff, scores);
      // Opened, the completions tell it themselves.
      setAttribute(answer, 'hidden', isOpen);
      setAttribute(actions, 'hidden', isOpen);
      const sent = act.whole(id);
      reply.show(present);
      reply.fill(sent);
      const isComparable = canDiff(present);
      const length = present.characters ?? present.prediction.length;
      // What was sent before the reader asked for another part of it is of no use.
      const whole = act.isWhole(id) && sent?.prediction.length === length ? sent.prediction : null;
      const { byKey } = present;
      const text = whole ?? present.prediction;
      prediction.show(byKey != null ? keyParts(byKey, text, formats) : present.difference, text);
      setText(keys, byKey == null ? '' : keyNote(byKey, formats));
      isCut = present.difference === null && present.characters !== undefined;
      const isWhole = act.isWhole(id) && !(isCut && whole === null);
      all.show({ words: showAllText(length, formats), isCut, isWhole, of: title });
      setText(cutOff, cutOffText(present.cutOff, formats));
      setText(mark, markText(present.mark));
      setAttribute(mark, 'data-change', present.mark);
      setAttribute(mark, 'title', markMeaning(scores));
      const isThere = (score: string) => scores.scores.some((known) => known.name === score);
      const ownScores = hasOwnScores(scores);
      // Where no answer has one, it need not be said of each.
      const lacks = ownScores || scores.truths === false;
      // Beside others a number alone does not tell whose it is.
      scoresBeside.classList.toggle('named', lacks);
      const number = present.charErrorRate === null ? '–' : formats.rate(present.charErrorRate);
      setText(rate, lacks ? `CER ${number}` : number);
      setAttribute(rate, 'hidden', lacks && !isThere('char_error_rate'));
      setAttribute(rate, 'data-decides', ownScores && scores.judge === 'char_error_rate');
      setAttribute(validation, 'hidden', lacks && !isThere('validation_pass'));
      setAttribute(validation, 'data-decides', scores.judge === 'validation_pass');
      others.show(entryScores(present, scores, formats), present.group === null ? 'Scores' : 'Means of the scores');
      const valid = present.group === null ? present.validationPass : verdictOf(present.group.validation);
      const isShare = present.group !== null && valid === null && present.group.validation !== null;
      setText(validation, isShare ? formats.score(present.group?.validation ?? 0) : validationText(valid));
      setAttribute(validation, 'data-tone', valid === null ? 'quiet' : valid ? 'good' : 'bad');
      setAttribute(diff, 'hidden', !isComparable);
      setText(ofEntry[0], `, ${title}`);
      setText(ofEntry[1], ` prediction, ${title}`);
    },
    jumpTo: () => {
      entry.scrollIntoView({ block: 'center', behavior: 'instant' });
      heading.focus({ preventScroll: true });
    },
  };
}

/** Of several completions: null where they differ. */
function verdictOf(share: number | null): boolean | null {
  return share === 1 ? true : share === 0 ? false : null;
}
