import type { HistoryEntry } from '../../src/panel/protocol/comparison.ts';
import { element, setAttribute, setChildren, setText } from '../dom.ts';
import type { Scores } from '../scores.ts';
import type { Formats } from '../texts/formats.ts';
import { answerGroupText, nothingTaughtText } from '../texts/groupTexts.ts';
import type { EntryActions, HistoryEntryView } from './entryView.ts';

export interface EntryGroup {
  /** Says what the completions come to, and opens to them. */
  readonly button: HTMLElement;
  readonly list: HTMLElement;
  /** @param name of the answer */
  show(entry: HistoryEntry, name: string, canDiff: (entry: HistoryEntry) => boolean, scores: Scores): void;
}

/** The completions of an answer that has several, best first. @param create makes the view of one of them */
export function createEntryGroup(formats: Formats, act: EntryActions, create: () => HistoryEntryView): EntryGroup {
  let key = '';
  const chevron = element('span', { class: 'chevron', 'aria-hidden': 'true' });
  const figures = element('span');
  const nothing = element('span', { class: 'cell-mark' }, 'teaches nothing');
  const toggle = element(
    'button',
    { type: 'button', class: 'entry-group', 'aria-expanded': 'false' },
    chevron,
    figures,
  );
  const button = element('div', { class: 'entry-group-line', hidden: true }, toggle, nothing);
  const list = element('ol', { class: 'entry-completions', hidden: true });
  const views = new Map<string, HistoryEntryView>();
  toggle.addEventListener('click', () => act.toggle(key));

  return {
    button,
    list,
    show: (entry, name, canDiff, scores) => {
      const { group } = entry;
      key = entry.key;
      setAttribute(button, 'hidden', group === null);
      const opened = group?.opened ?? null;
      setAttribute(toggle, 'aria-expanded', String(opened !== null));
      toggle.classList.toggle('open', opened !== null);
      setText(figures, group === null ? '' : answerGroupText(group, scores, formats));
      const teaches = group?.judged?.teachesNothing !== true;
      setAttribute(nothing, 'hidden', teaches);
      setAttribute(nothing, 'title', group === null || teaches ? null : nothingTaughtText(group, scores, formats));
      setAttribute(list, 'hidden', opened === null);
      setAttribute(list, 'aria-label', `Completions of ${name}, best first`);
      const present = new Set((opened ?? []).map(({ id }) => id));
      for (const id of views.keys()) if (!present.has(id)) views.delete(id);
      setChildren(
        list,
        (opened ?? []).map((member) => {
          const view = views.get(member.id) ?? create();
          views.set(member.id, view);
          view.show(member, canDiff, scores);
          return view.element;
        }),
      );
    },
  };
}
