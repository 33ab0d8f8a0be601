import type { SampleKey } from '../../src/model/samples.ts';
import { heldAgainst } from '../../src/panel/initialView.ts';
import type { HistoryEntry, SampleSummary } from '../../src/panel/protocol/comparison.ts';
import type { WholeTexts } from '../../src/panel/protocol/texts.ts';
import type { ViewState } from '../../src/panel/protocol/view.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { createCheckbox } from '../controls/checkbox.ts';
import { createJsonChoice } from '../controls/jsonChoice.ts';
import { createSearchField } from '../controls/searchField.ts';
import { createSelect } from '../controls/select.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { createSourceFilter } from '../predictions/sourceFilter.ts';
import { createSupersededChoice } from '../predictions/supersededChoice.ts';
import type { Scores } from '../scores.ts';
import { absenceOf } from '../texts/absence.ts';
import { createAbsence } from '../texts/absenceView.ts';
import { createFormChoice } from '../texts/rendered/formChoice.ts';
import {
  compareFinalAnswers,
  compareJsonBy,
  findSamples,
  showMoreAnswers,
  showSample,
  toggleAnswer,
} from '../viewState.ts';
import {
  answersText,
  comparedWith,
  diffSides,
  jumpText,
  listedText,
  offersSearch,
  samplesOf,
  shownSample,
  whyNoTruth,
} from './comparisonTexts.ts';
import { type EntryActions, wholeInJson } from './entryView.ts';
import { createFoldedText, type Folding } from './foldedText.ts';
import { createHistoryEntry } from './historyEntry.ts';
import { createHistoryList } from './historyList.ts';
import { createNewEntries } from './newEntries.ts';
import { nextComparison } from './nextComparison.ts';
import { keepPlace } from './readingPlace.ts';
import { createSampleChoice } from './sampleChoice.ts';
import { createScrubber } from './scrubber.ts';

export interface ComparisonTab {
  readonly element: HTMLElement;
  show(comparison: HostMessageOf<'comparison'>): void;
  /** The answer at a checkpoint, which was asked for. */
  showAnswer(answer: HostMessageOf<'answerAt'>): void;
  /** All of the texts of a prediction, which were asked for. */
  showWhole(answer: HostMessageOf<'whole'>): void;
  /** Draws the present view state again. */
  refresh(): void;
}

/** Whether an answer is more than its final one. */
function hasMore({ reasoning, turns, group }: HistoryEntry): boolean {
  return reasoning !== null || turns !== undefined || (group?.opened?.some(hasMore) ?? false);
}

/** An answer is held against another text, and both are JSON. */
function isJson({ byKey, group }: HistoryEntry): boolean {
  return byKey !== undefined || (group?.opened?.some(isJson) ?? false);
}

/** One sample's answers over the checkpoints, the newest first. */
export function createComparisonTab(panel: Panel): ComparisonTab {
  const { formats } = panel;
  let comparison: HostMessageOf<'comparison'> | null = null;
  /** The sample whose answers are drawn. */
  let drawnSample: SampleKey | null = null;
  /** What the entries were drawn of, which most arrivals do not change; null where they have to be drawn again. */
  let drawnHistory: readonly HistoryEntry[] | null = null;
  let drawnAgainst: ViewState['compareWith'] | null = null;
  let drawnScores: Scores | null = null;
  /** All answers were told anew since they were shown. */
  let toldAnew = false;
  /** The samples to choose from, and what they were taken from. */
  let offered: { of: SampleSummary[]; scores: Scores; source: string | null; samples: SampleSummary[] } | null = null;
  /** The prediction whose whole prompt and ground truth were asked for last. */
  let askedFor: string | null = null;
  /** Answers that are shown whole, by the ids of their predictions. */
  const wholes = new Set<string>();
  /** All texts of predictions that were asked for; null where the host did not send them yet. */
  const sent = new Map<string, WholeTexts | null>();
  /** What of an answer is shown decides what all of it is. */
  let wholesAreFinal = true;

  const sample = createSampleChoice(formats, (chosen) => panel.change(showSample(chosen)));
  const find = createSearchField('Search prompts', (text) => panel.change(findSamples(text)));
  const listed = element('span', { class: 'samples-listed', role: 'status' });
  const difference = createSelect({ id: 'compare-choice' }, (value) => {
    const chosen = comparedWith(panel.scores().byEpoch, panel.scores().truths).find((choice) => choice.value === value);
    if (chosen !== undefined) panel.change((view) => ({ ...view, compareWith: chosen.value }));
  });
  const source = createSourceFilter(panel, 'comparison-source');
  const superseded = createSupersededChoice(panel);
  const finalOnly = createCheckbox('Final answer only', (checked) => panel.change(compareFinalAnswers(checked)));
  finalOnly.element.title = 'Shows and compares the answers without the reasoning and the calls before them';
  const json = createJsonChoice((chosen) => panel.change(compareJsonBy(chosen)));
  const correct = createJump('First correct');
  const regression = createJump('First regression');
  const folding: Folding = {
    has: (state) => panel.layout().texts?.includes(state) === true,
    set: (state, on) => {
      const others = (panel.layout().texts ?? []).filter((other) => other !== state);
      panel.keepLayout({ texts: on ? [...others, state] : others });
    },
  };
  const ask = () => {
    const id = comparison?.asked ?? null;
    // Once for each answer that may tell it.
    if (id === null || id === askedFor) return;
    askedFor = id;
    panel.post({ type: 'whole', id, finalOnly: panel.view().finalAnswerOnly });
  };
  const shared = { folding, formats, ask, rest: wholeInJson };
  const prompt = createFoldedText('Prompt', 'prose', shared);
  const truth = createFoldedText('Ground truth', 'code', shared);
  const noTruth = element('p', { class: 'cut-note' });
  const formNote = element(
    'p',
    { class: 'cut-note form-note', 'data-form': 'rendered' },
    'Differences are shown in Raw.',
  );
  const nothing = createAbsence(() => {});
  const older = createAbsence(() => panel.change(showMoreAnswers));
  const newEntries = createNewEntries(
    formats,
    () => panel.scores().byEpoch,
    () => {
      toTop();
      history.jumpTo(comparison?.history[0]?.key ?? '');
    },
  );
  const canDiff = (entry: HistoryEntry): boolean =>
    comparison !== null && diffSides(comparison, entry, against()) !== null;

  const act: EntryActions = {
    copy: (id) => panel.post({ type: 'copy', id, what: 'prediction' }),
    openDiff,
    toggle: (key) => panel.change(toggleAnswer(key)),
    isWhole: (id) => wholes.has(id),
    whole: (id) => sent.get(id) ?? null,
    askWhole,
    toggleWhole: (id, isCut) => {
      if (wholes.delete(id)) refreshAnswers();
      else {
        wholes.add(id);
        if (isCut) askWhole(id);
        refreshAnswers();
      }
    },
  };
  const history = createHistoryList(() => createHistoryEntry(formats, act));
  const scrubber = createScrubber(panel, act);
  const content = element(
    'div',
    { class: 'comparison-content' },
    newEntries.element,
    element(
      'div',
      { class: 'toolbar' },
      ...sample.elements,
      find.element,
      listed,
      source.element,
      element(
        'span',
        { class: 'labelled' },
        element('label', { for: 'compare-choice' }, 'Difference to'),
        difference.element,
      ),
      json.element,
      createFormChoice(),
      finalOnly.element,
      superseded.element,
      element('span', { class: 'spring' }),
      element('span', { class: 'jumps' }, correct.element, regression.element),
    ),
    element('div', { class: 'sample-texts' }, prompt.element, truth.element, noTruth),
    scrubber.element,
    formNote,
    history.element,
    older.element,
  );
  document.addEventListener('keydown', (event) => {
    if (panel.view().tab === 'comparison' && !content.hidden) sample.press(event);
  });

  function createJump(name: string) {
    const button = element('button', { type: 'button', class: 'quiet-button' });
    let target = '';
    /** The sample in whose answers the reader waits to get there, as they are on their way. */
    let waitsIn: SampleKey | null = null;
    button.addEventListener('click', () => {
      if (history.has(target)) history.jumpTo(target);
      else waitsIn = comparison?.sample ?? null;
    });
    return {
      element: button,
      show: (epoch: number | null, step: number | null) => {
        const isThere = epoch !== null && step !== null;
        target = comparison?.history.find((entry) => entry.epoch === epoch && entry.step === step)?.key ?? '';
        setAttribute(button, 'hidden', !isThere);
        // It may be among the older answers, which are not shown.
        button.disabled = !history.has(target) && !isPart();
        setText(button, isThere ? jumpText(name, { epoch, step }, panel.scores().byEpoch, formats) : '');
        const isWanted = waitsIn !== null && waitsIn === comparison?.sample;
        if (isWanted && isPart()) return;
        waitsIn = null;
        if (isWanted) history.jumpTo(target);
      },
    };
  }

  function askWhole(id: string) {
    if (sent.has(id)) return;
    sent.set(id, null);
    panel.post({ type: 'whole', id, finalOnly: panel.view().finalAnswerOnly });
  }

  function forgetWholes() {
    wholes.clear();
    sent.clear();
  }

  /** What the answers are held against. */
  const against = (): ViewState['compareWith'] => heldAgainst(panel.view().compareWith, panel.scores().truths);

  function openDiff(id: string) {
    const shown = scrubber.entry === undefined ? [] : [scrubber.entry];
    const all = [...(comparison?.history ?? []), ...shown].flatMap((answer) => [
      answer,
      ...(answer.group?.opened ?? []),
    ]);
    const entry = all.find((candidate) => candidate.id === id);
    if (comparison === null || entry === undefined) return;
    const sides = diffSides(comparison, entry, against());
    if (sides !== null) panel.post({ type: 'openDiff', ...sides });
  }

  function refresh() {
    // What is out of sight is drawn when it comes into sight.
    if (panel.view().tab !== 'comparison') return;
    const some = comparison !== null && comparison.sampleCount > 0 && comparison.sample !== null;
    setAttribute(content, 'hidden', !some);
    nothing.show(absenceOf(some ? 'some' : comparison === null ? 'unknown' : 'none', panel.status()));
    if (comparison === null) return;
    const scores = panel.scores();
    const { source: ofSource } = panel.view();
    const samples = samplesOfSource(comparison.samples, scores, ofSource);
    const shown = shownSample({ samples, sample: comparison.sample }, panel.view().sample);
    source.refresh();
    superseded.refresh();
    finalOnly.show(panel.view().finalAnswerOnly);
    if (panel.view().finalAnswerOnly !== wholesAreFinal) forgetWholes();
    wholesAreFinal = panel.view().finalAnswerOnly;
    offer(finalOnly.element, comparison.history.some(hasMore));
    json.show(panel.view().compareJson);
    offer(json.element, comparison.history.some(isJson));
    sample.show(samples, shown, scores);
    const { sampleSearch } = panel.view();
    find.show(sampleSearch);
    setAttribute(find.element, 'hidden', !offersSearch(comparison, sampleSearch));
    setText(listed, listedText(comparison, formats));
    difference.show(comparedWith(scores.byEpoch, scores.truths), against());
    // The answers to a sample that was just chosen are on their way.
    setAttribute(formNote, 'hidden', against() === 'nothing');
    setAttribute(history.element, 'aria-busy', shown === comparison.sample ? null : 'true');
    const { prompt: asked, promptChat, promptCharacters } = comparison;
    prompt.show({ text: asked, chat: promptChat, characters: promptCharacters }, comparison.sample);
    truth.show(
      { text: comparison.groundTruth, chat: undefined, characters: comparison.truthCharacters },
      comparison.sample,
    );
    setAttribute(truth.element, 'hidden', scores.truths === false);
    setText(noTruth, scores.truths === false ? whyNoTruth : '');
    if (drawnSample !== comparison.sample) drawAnotherSample();
    else if (drawnHistory !== comparison.history || drawnAgainst !== against() || drawnScores !== scores) {
      keepPlace(history.element, drawNewHistory);
    }
    scrubber.show(comparison, toldAnew, canDiff);
    toldAnew = false;
    showJumps();
    const rest = answersText(comparison.shown, comparison.answers, formats);
    const mayShowMore = panel.view().answers < 2000;
    older.show(rest === null ? null : { text: rest, busy: false, action: mayShowMore ? 'Show more' : null });
  }

  /** Answers are on their way. */
  function isPart(): boolean {
    return comparison !== null && comparison.history.length < comparison.shown;
  }

  /** Answers that are still to come may have need of what those that are there have not. */
  function offer(control: HTMLElement, isOfUse: boolean) {
    if (isOfUse || !isPart()) setAttribute(control, 'hidden', !isOfUse);
  }

  /** The same list where nothing of it changed: the choice of thousands is not drawn again then. */
  function samplesOfSource(all: SampleSummary[], scores: Scores, chosen: string | null): SampleSummary[] {
    if (offered?.of !== all || offered.scores !== scores || offered.source !== chosen) {
      offered = { of: all, scores, source: chosen, samples: samplesOf(all, scores.sources, chosen) };
    }
    return offered.samples;
  }

  function drawAnotherSample() {
    forgetWholes();
    askedFor = null;
    drawnSample = comparison?.sample ?? null;
    // The focus must not fall back to the document's beginning with the entry that it was in.
    const focusLost = history.element.contains(document.activeElement);
    newEntries.forget();
    history.begin();
    drawHistory();
    toTop();
    if (focusLost) document.getElementById('sample-choice')?.focus();
  }

  function toTop() {
    content.closest('[role="tabpanel"]')?.scrollTo({ top: 0, behavior: 'instant' });
  }

  /** Draws the sample's answers, and watches those that came in since they were drawn last. */
  function drawNewHistory() {
    const newest = history.element.firstElementChild;
    drawHistory();
    for (let entry = history.element.firstElementChild; entry !== newest; entry = entry?.nextElementSibling ?? newest) {
      if (newest !== null && entry instanceof HTMLElement) newEntries.watch(entry);
    }
  }

  function drawHistory() {
    if (comparison === null) return;
    const [compareWith, scores] = [against(), panel.scores()];
    const isAnew = drawnHistory === null || drawnAgainst !== compareWith || drawnScores !== scores;
    history.show(comparison.history, comparison.shown, { canDiff, scores }, isAnew);
    drawnHistory = comparison.history;
    drawnAgainst = compareWith;
    drawnScores = scores;
  }

  function showJumps() {
    correct.show(comparison?.firstCorrect ?? null, comparison?.firstCorrectStep ?? null);
    regression.show(comparison?.firstRegression ?? null, comparison?.firstRegressionStep ?? null);
  }

  /** Draws the answers again, in their list and beside the slider. */
  function refreshAnswers() {
    drawnHistory = null;
    refresh();
  }

  return {
    element: element('div', { class: 'comparison' }, content, nothing.element),
    show: (message) => {
      comparison = nextComparison(comparison, message);
      toldAnew ||= message.allHistory;
      refresh();
    },
    showAnswer: scrubber.fill,
    showWhole: ({ id, texts }) => {
      if (texts === null) {
        sent.delete(id);
        return;
      }
      if (id === askedFor) {
        prompt.fill({ text: texts.prompt, chat: texts.promptChat, characters: undefined });
        truth.fill({ text: texts.groundTruth, chat: undefined, characters: undefined });
      }
      if (!sent.has(id)) return;
      sent.set(id, texts);
      refreshAnswers();
    },
    refresh,
  };
}
