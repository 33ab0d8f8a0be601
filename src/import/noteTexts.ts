import type { Note } from '../tables/notes.ts';

/** What puts values into a text, translated or not. */
export interface Translator {
  t(text: string, ...values: (string | number)[]): string;
}

/** For what is kept with a job, whoever reads it. */
export const english: Translator = {
  t: (text, ...values) => text.replace(/\{(\d)\}/g, (_, place: string) => String(values[Number(place)])),
};

/** A note as a sentence. */
export function noteText(note: Note, l10n: Translator): string {
  switch (note.kind) {
    case 'cut':
      return note.line === null
        ? l10n.t('{0} ends in the middle of a row, which is left out.', note.file)
        : l10n.t('{0} ends in the middle of line {1}, which is left out.', note.file, note.line);
    case 'grew':
      return l10n.t('{0} grew meanwhile: what came later is not imported.', note.file);
    case 'skipped':
      return skippedText(note, l10n);
    case 'notFinite':
      return l10n.t('Values that are NaN or infinite have become null: {0}.', note.count);
    case 'keptAside':
      return l10n.t(
        'Values of “{0}” that do not fit it are kept as “{1}”: {2}, such as {3}.',
        note.column,
        `original_${note.column}`,
        note.count,
        note.example,
      );
    case 'emptyAnswers':
      return l10n.t('Answers that are null have become empty: {0}.', note.count);
    case 'toldAgain':
      return l10n.t('Answers that the file tells again of the same step are left out: {0}.', note.count);
    case 'completions':
      return l10n.t('Rows of one sample that follow each other are completions of one evaluation: {0}.', note.count);
    case 'filters':
      return l10n.t(
        'Lines of other filters are scores of the same prediction: {0} ({1}).',
        note.lines,
        note.filters.join(', '),
      );
    case 'misspelt':
      return l10n.t('“{0}” is no known column, and is kept as it is: is “{1}” meant?', note.column, note.field);
    case 'rowIds':
      return l10n.t('“{0}” numbers rows, so that samples are numbered by their prompts.', note.column);
  }
}

function skippedText(note: Note & { kind: 'skipped' }, l10n: Translator): string {
  switch (note.reason) {
    case 'columns':
      return l10n.t('{0} is left out: no columns of it are known to hold prompts and answers.', note.file);
    case 'step':
      return l10n.t('{0} is left out: neither its rows nor its name tell the step.', note.file);
    case 'unreadable':
      return l10n.t('{0} is left out: {1}', note.file, note.detail ?? '');
  }
}
