import type { GroupDetail, GroupMember, Row } from '../../../src/panel/protocol/table.ts';
import type { WholeTexts } from '../../../src/panel/protocol/texts.ts';
import { element, setAttribute, setText } from '../../dom.ts';
import type { Scores } from '../../scores.ts';
import { createCutChat } from '../../texts/cutChat.ts';
import { type CutText, createCutText } from '../../texts/cutText.ts';
import { entryScores } from '../../texts/entryScores.ts';
import type { Formats } from '../../texts/formats.ts';
import { cutOffText } from '../../texts/reasoningTexts.ts';
import { createFormChoice } from '../../texts/rendered/formChoice.ts';
import { createReply, type ReplyView } from '../../texts/replyView.ts';
import { createScoreList, type ScoreList } from '../../texts/scoreList.ts';
import type { RowActions } from './rowActions.ts';
import { field, link, wholeInJson } from './rowDetail.ts';

export interface GroupDetailView {
  readonly element: HTMLElement;
  /** Fills in what the host answered; null when it no longer has the group. */
  show(group: GroupDetail | null): void;
  /** All of the texts of the row, or of one of its completions, which were asked for. */
  fill(id: string, texts: WholeTexts): void;
  /** The line is another by now: it may have more completions than are listed. */
  update(row: Row): void;
}

/** The completions of an open group, best first. They stay where they are while others come. */
export function createGroupDetail(row: Row, scores: Scores, formats: Formats, actions: RowActions): GroupDetailView {
  const way = (whose: string, id = row.id) => ({ whose: () => whose, ask: () => actions.askWhole(id) });
  const prompt = createCutText('prose', formats, way('Prompt'));
  const promptChat = createCutChat('Messages of the prompt', wholeInJson, formats, way('Prompt'));
  const truth = createCutText('code', formats, way('Ground truth'));
  const answers = new Map<string, { text: CutText; reply: ReplyView; own: ScoreList }>();
  const list = element('ol', { class: 'completions', 'aria-label': 'Completions, best first' });
  const note = element('p', { class: 'detail-metadata' }, 'Loading the completions…');
  const more = link('', () => actions.ask(row.id));
  const copyTruth = link('Copy ground truth', () => actions.copy(row.id, 'groundTruth'));
  let listed: number | null = null;
  let completions = row.group?.completions ?? 0;

  function showRest() {
    const rest = listed === null ? 0 : completions - listed;
    setAttribute(more, 'hidden', rest <= 0);
    setText(more, `Show ${formats.count(rest)} more`);
  }

  prompt.show(row.prompt, undefined);
  truth.show(row.groundTruth, undefined);
  setAttribute(copyTruth, 'hidden', row.groundTruth === null);
  showRest();

  return {
    element: element(
      'div',
      { class: 'detail' },
      createFormChoice(),
      element(
        'div',
        { class: 'detail-texts' },
        field(['Prompt'], ...promptChat.elements, prompt.element),
        field(['Ground truth'], truth.element),
      ),
      list,
      element(
        'div',
        { class: 'detail-foot' },
        note,
        element(
          'div',
          { class: 'detail-actions' },
          more,
          link(`Compare across ${scores.byEpoch ? 'epochs' : 'checkpoints'}`, () => actions.compare(row.sample)),
          link('Copy prompt', () => actions.copy(row.id, 'prompt')),
          copyTruth,
        ),
      ),
    ),
    show: (group) => {
      if (group === null) {
        setText(note, 'The completions are no longer held here. Close and open the line to ask again.');
        return;
      }
      prompt.show(group.prompt, group.promptCharacters);
      promptChat.show(group.promptChat);
      setAttribute(prompt.element, 'hidden', group.promptChat !== undefined);
      truth.show(group.groundTruth, group.truthCharacters);
      list.replaceChildren(
        ...group.completions.map((member) => {
          const of = `Completion ${formats.count(member.place)}`;
          const all = way(of, member.id);
          const answer = answers.get(member.id) ?? {
            text: createCutText('code', formats, all),
            reply: createReply(`, ${of}`, wholeInJson, formats, all),
            own: createScoreList(formats),
          };
          answers.set(member.id, answer);
          answer.text.show(member.prediction, member.characters);
          answer.reply.show(member);
          return memberItem(member, { group, ...answer, scores, formats, actions });
        }),
      );
      listed = group.completions.length;
      setAttribute(note, 'hidden', true);
      showRest();
    },
    fill: (id, texts) => {
      if (id === row.id) {
        prompt.fill(texts.prompt);
        promptChat.fill(texts.promptChat ?? null);
        truth.fill(texts.groundTruth);
      }
      answers.get(id)?.text.fill(texts.prediction);
      answers.get(id)?.reply.fill(texts);
    },
    update: ({ group }) => {
      completions = group?.completions ?? completions;
      showRest();
    },
  };
}

function memberItem(
  member: GroupMember,
  how: {
    group: GroupDetail;
    text: CutText;
    reply: ReplyView;
    own: ScoreList;
    scores: Scores;
    formats: Formats;
    actions: RowActions;
  },
): HTMLElement {
  const { text, reply, own, scores, formats, actions } = how;
  const { groundTruth } = how.group;
  const { id, place } = member;
  const name = `Completion ${formats.count(place)}`;
  own.show(entryScores(member, scores, formats), `Scores of ${name}`);
  const cutOff = element('p', { class: 'detail-cut' }, cutOffText(member.cutOff, formats));
  const spoken = () => element('span', { class: 'spoken' }, `, ${name}`);
  const openDiff = link('Open diff editor', () => actions.openDiff(id));
  openDiff.append(spoken());
  setAttribute(openDiff, 'hidden', groundTruth === null);
  const copy = link('Copy prediction', () => actions.copy(id, 'prediction'));
  copy.append(spoken());
  const copyJson = link('Copy as JSON', () => actions.copy(id, 'json'));
  copyJson.append(spoken());
  return element(
    'li',
    { class: 'completion', 'data-id': id },
    element('h2', { class: 'detail-title' }, name),
    reply.element,
    text.element,
    cutOff,
    own.element,
    element('div', { class: 'detail-actions' }, openDiff, copy, copyJson),
  );
}
