import type { GroupDetail, GroupMember, Row } from '../../../src/panel/protocol.ts';
import { element, setAttribute, setText } from '../../dom.ts';
import type { Scores } from '../../scores.ts';
import { createChat } from '../../texts/chatView.ts';
import { entryScores } from '../../texts/entryScores.ts';
import type { Formats } from '../../texts/formats.ts';
import { createLongText } from '../../texts/longText.ts';
import { cutOffText } from '../../texts/reasoningTexts.ts';
import { createReply } from '../../texts/replyView.ts';
import { scoreItem } from '../../texts/scoreItem.ts';
import type { RowActions } from './rowActions.ts';
import { field, link } from './rowDetail.ts';

const wholeElsewhere = 'The table without groups, and Copy as JSON, have all of it.';

export interface GroupDetailView {
  readonly element: HTMLElement;
  /** Fills in what the host answered; null when it no longer has the group. */
  show(group: GroupDetail | null): void;
  /** The line is another by now: it may have more completions than are listed. */
  update(row: Row): void;
}

/** The completions of an open group, best first. They stay where they are while others come. */
export function createGroupDetail(row: Row, scores: Scores, formats: Formats, actions: RowActions): GroupDetailView {
  const prompt = createLongText('prose');
  const promptChat = createChat('Messages of the prompt', wholeElsewhere, formats);
  const truth = createLongText('code');
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

  prompt.show(row.prompt);
  truth.show(row.groundTruth);
  setAttribute(copyTruth, 'hidden', row.groundTruth === null);
  showRest();

  return {
    element: element(
      'div',
      { class: 'detail' },
      element(
        'div',
        { class: 'detail-texts' },
        field(['Prompt'], promptChat.element, prompt.element),
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
      prompt.show(group.prompt);
      promptChat.show(group.promptChat);
      setAttribute(prompt.element, 'hidden', group.promptChat !== undefined);
      truth.show(group.groundTruth);
      list.replaceChildren(...group.completions.map((member) => memberItem(member, group, scores, formats, actions)));
      listed = group.completions.length;
      setAttribute(note, 'hidden', true);
      showRest();
    },
    update: ({ group }) => {
      completions = group?.completions ?? completions;
      showRest();
    },
  };
}

function memberItem(
  member: GroupMember,
  { groundTruth }: GroupDetail,
  scores: Scores,
  formats: Formats,
  actions: RowActions,
): HTMLElement {
  const { id, place } = member;
  const name = `Completion ${formats.count(place)}`;
  const text = createLongText('code');
  text.show(member.prediction);
  const reply = createReply(`, ${name}`, wholeElsewhere, formats);
  reply.show(member);
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
    element(
      'ul',
      { class: 'entry-others', 'aria-label': `Scores of ${name}` },
      ...entryScores(member, scores, formats).map(scoreItem),
    ),
    element('div', { class: 'detail-actions' }, openDiff, copy, copyJson),
  );
}
