import type { Row, RowDetail } from '../../../src/panel/protocol/table.ts';
import { createCheckbox } from '../../controls/checkbox.ts';
import { createJsonChoice } from '../../controls/jsonChoice.ts';
import { element, setAttribute, setText } from '../../dom.ts';
import type { Scores } from '../../scores.ts';
import { createChat } from '../../texts/chatView.ts';
import type { Formats } from '../../texts/formats.ts';
import { keyNote, keyParts } from '../../texts/keyDifference.ts';
import { cutOffText } from '../../texts/reasoningTexts.ts';
import { createFormChoice } from '../../texts/rendered/formChoice.ts';
import { createReply } from '../../texts/replyView.ts';
import { differenceNote, differs, metadataText } from './detailTexts.ts';
import { createFullText } from './fullText.ts';
import type { RowActions } from './rowActions.ts';

export interface RowDetailView {
  readonly element: HTMLElement;
  /** Fills in what the host answered; null when it no longer has the prediction. */
  show(detail: RowDetail | null): void;
}

/** Said of a chat of which even all that is told is a part. */
export const wholeInJson = 'Copy as JSON takes all of it.';

/** The full texts of an open row. Until the host answers, it shows the texts of the row, which may be cut. */
export function createRowDetail(row: Row, scores: Scores, formats: Formats, actions: RowActions): RowDetailView {
  const prompt = createFullText('prose', formats);
  const promptChat = createChat('Messages of the prompt', wholeInJson, formats);
  const truth = createFullText('code', formats);
  const truthField = field(['Ground truth'], truth.element);
  const prediction = createFullText('difference', formats);
  const note = element('span', { class: 'detail-note' });
  const formNote = element('span', { class: 'detail-note', 'data-form': 'rendered' });
  const reply = createReply('', wholeInJson, formats);
  const cutOff = element('p', { class: 'detail-cut' });
  const finalOnly = createCheckbox('Final answer only', (checked) => actions.compareFinalAnswers(checked));
  const json = createJsonChoice((chosen) => actions.compareJson(chosen));
  const errors = element('ul', { class: 'detail-errors' });
  const errorsField = field(['Validation errors'], errors);
  const metadata = element('p', { class: 'detail-metadata' }, 'Loading the rest…');
  const openDiff = link('Open diff editor', () => actions.openDiff(row.id));
  const copyTruth = link('Copy ground truth', () => actions.copy(row.id, 'groundTruth'));

  prompt.show(row.prompt);
  truth.show(row.groundTruth);
  prediction.show(row.prediction);
  // Where no row of the job has one, it would be an empty third of the room.
  setAttribute(truthField, 'hidden', row.groundTruth === null && scores.truths === false);
  setAttribute(openDiff, 'hidden', row.groundTruth === null);
  setAttribute(copyTruth, 'hidden', row.groundTruth === null);
  setAttribute(errorsField, 'hidden', true);
  setAttribute(finalOnly.element, 'hidden', true);
  setAttribute(json.element, 'hidden', true);

  return {
    element: element(
      'div',
      { class: 'detail' },
      createFormChoice(),
      element(
        'div',
        { class: 'detail-texts' },
        field(['Prompt'], promptChat.element, prompt.element),
        truthField,
        field(
          ['Prediction', ' ', note, formNote],
          ...[reply.element, prediction.element, cutOff, finalOnly.element, json.element],
        ),
      ),
      errorsField,
      element(
        'div',
        { class: 'detail-foot' },
        metadata,
        element(
          'div',
          { class: 'detail-actions' },
          openDiff,
          link(`Compare across ${scores.byEpoch ? 'epochs' : 'checkpoints'}`, () => actions.compare(row.sample)),
          link('Copy prompt', () => actions.copy(row.id, 'prompt')),
          copyTruth,
          link('Copy prediction', () => actions.copy(row.id, 'prediction')),
          link('Copy as JSON', () => actions.copy(row.id, 'json')),
        ),
      ),
    ),
    show: (detail) => {
      if (detail === null) {
        setText(metadata, 'The full texts are no longer held here. Close and open the row to ask again.');
        return;
      }
      prompt.show(detail.prompt);
      promptChat.show(detail.promptChat);
      setAttribute(prompt.element, 'hidden', detail.promptChat !== undefined);
      truth.show(detail.groundTruth);
      const { byKey } = detail;
      const difference = byKey == null ? detail.difference : keyParts(byKey, detail.prediction, formats);
      prediction.show(detail.prediction, difference, detail.errorPlaces);
      setAttribute(json.element, 'hidden', byKey === undefined);
      json.show(byKey == null ? 'text' : 'keys');
      reply.show(detail);
      setText(cutOff, cutOffText(detail.cutOff, formats));
      setAttribute(finalOnly.element, 'hidden', detail.reasoning === null && detail.turns === undefined);
      finalOnly.show(detail.reasoning?.text != null || detail.turns != null);
      setText(note, byKey != null ? keyNote(byKey, formats) : differenceNote(detail));
      // Of a rendered text this alone is said.
      const hasDifference = byKey != null ? byKey.changes.length > 0 : differs(detail);
      setAttribute(note, 'data-form', hasDifference ? 'raw' : null);
      setText(formNote, hasDifference ? 'differences are shown in Raw' : '');
      errors.replaceChildren(...detail.validationErrors.map((line) => element('li', { dir: 'auto' }, line)));
      setAttribute(errorsField, 'hidden', detail.validationErrors.length === 0);
      setText(metadata, metadataText(detail, formats));
    },
  };
}

export function field(title: (string | Node)[], ...content: HTMLElement[]) {
  return element('div', { class: 'detail-field' }, element('h2', { class: 'detail-title' }, ...title), ...content);
}

export function link(text: string, press: () => void) {
  const button = element('button', { type: 'button', class: 'link' }, text);
  button.addEventListener('click', press);
  return button;
}
