import type { Row, RowDetail } from '../../src/panel/protocol.ts';
import { element, setText } from '../dom.ts';
import type { Formats } from '../formats.ts';
import { createLongText } from '../longText.ts';
import { metadataText } from './detailTexts.ts';

export interface RowDetailView {
  readonly element: HTMLElement;
  /** Fills in what the host answered; null when it no longer has the prediction. */
  show(detail: RowDetail | null): void;
}

/** The full texts of an open row. Until the host answers, it shows the texts of the row, which may be cut. */
export function createRowDetail(row: Row, formats: Formats): RowDetailView {
  const prompt = field('Prompt', 'prose', row.prompt);
  const truth = field('Ground truth', 'code', row.groundTruth);
  const prediction = field('Prediction', 'code', row.prediction);
  const errors = element('ul', { class: 'detail-errors' });
  const errorsField = element(
    'div',
    { class: 'detail-field' },
    element('h2', { class: 'detail-title' }, 'Validation errors'),
    errors,
  );
  errorsField.hidden = true;
  const metadata = element('p', { class: 'detail-metadata' }, 'Loading the rest…');

  return {
    element: element(
      'div',
      { class: 'detail' },
      element('div', { class: 'detail-texts' }, prompt.element, truth.element, prediction.element),
      errorsField,
      metadata,
    ),
    show: (detail) => {
      if (detail === null) {
        setText(metadata, 'The full texts are no longer held here. Close and open the row to ask again.');
        return;
      }
      prompt.show(detail.prompt);
      truth.show(detail.groundTruth);
      prediction.show(detail.prediction);
      errors.replaceChildren(...detail.validationErrors.map((line) => element('li', { dir: 'auto' }, line)));
      errorsField.hidden = detail.validationErrors.length === 0;
      setText(metadata, metadataText(detail, formats));
    },
  };
}

function field(title: string, kind: 'prose' | 'code', text: string | null) {
  const content = createLongText(kind);
  content.show(text);
  return {
    element: element(
      'div',
      { class: 'detail-field' },
      element('h2', { class: 'detail-title' }, title),
      content.element,
    ),
    show: content.show,
  };
}
