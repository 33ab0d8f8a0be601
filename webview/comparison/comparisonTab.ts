import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { absenceOf } from '../absence.ts';
import { createAbsence } from '../absenceView.ts';
import { element, setChildren } from '../dom.ts';
import { createLongText } from '../longText.ts';
import type { Panel } from '../panel.ts';
import { createSelect } from '../select.ts';
import { showSample } from '../viewState.ts';
import { changes, sampleText } from './comparisonTexts.ts';
import { createHistoryEntry, type HistoryEntryView } from './historyEntry.ts';

export interface ComparisonTab {
  readonly element: HTMLElement;
  show(comparison: HostMessageOf<'comparison'>): void;
  /** Draws the present view state again. */
  refresh(): void;
}

/** One sample's answers over the epochs, the newest first. */
export function createComparisonTab(panel: Panel): ComparisonTab {
  const { formats } = panel;
  let comparison: HostMessageOf<'comparison'> | null = null;
  const entries = new Map<string, HistoryEntryView>();

  const sample = createSelect({ id: 'sample-choice', class: 'select sample-choice' }, (value) =>
    panel.change(showSample(Number(value))),
  );
  const prompt = createLongText('prose');
  const truth = createLongText('code');
  const history = element('ol', { class: 'history' });
  const nothing = createAbsence(() => {});
  const content = element(
    'div',
    { class: 'comparison-content' },
    element('div', { class: 'toolbar' }, element('label', { for: 'sample-choice' }, 'Sample'), sample.element),
    element(
      'div',
      { class: 'sample-texts' },
      element('h2', { class: 'detail-title' }, 'Prompt'),
      prompt.element,
      element('h2', { class: 'detail-title' }, 'Ground truth'),
      truth.element,
    ),
    history,
  );

  function refresh() {
    // What is out of sight is drawn when it comes into sight.
    if (panel.view().tab !== 'comparison') return;
    const some = comparison !== null && comparison.samples.length > 0;
    content.hidden = !some;
    nothing.show(absenceOf(some ? 'some' : comparison === null ? 'unknown' : 'none', panel.status()));
    if (comparison === null) return;
    sample.show(
      comparison.samples.map((summary) => ({
        value: String(summary.sampleIndex),
        text: sampleText(summary, formats),
      })),
      String(panel.view().sample ?? comparison.sample ?? ''),
    );
    prompt.show(comparison.prompt);
    truth.show(comparison.groundTruth);
    drawHistory(comparison.history);
  }

  function drawHistory(answers: HostMessageOf<'comparison'>['history']) {
    const marks = changes(answers);
    const present = new Set(answers.map(({ id }) => id));
    for (const id of entries.keys()) if (!present.has(id)) entries.delete(id);
    const drawn = answers.map((answer, index) => {
      const view = entries.get(answer.id) ?? createHistoryEntry(formats);
      entries.set(answer.id, view);
      view.show(answer, marks[index] ?? null);
      return view.element;
    });
    setChildren(history, drawn);
  }

  return {
    element: element('div', { class: 'comparison' }, content, nothing.element),
    show: (message) => {
      comparison = message;
      refresh();
    },
    refresh,
  };
}
