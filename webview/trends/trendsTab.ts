import { chartedScores } from '../../src/panel/initialView.ts';
import type { ViewState } from '../../src/panel/protocol/view.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { element, setAttribute, setChildren } from '../dom.ts';
import type { Panel } from '../panel.ts';
import { createRestingDrawer } from '../rest.ts';
import type { Scores } from '../scores.ts';
import { absenceOf } from '../texts/absence.ts';
import { createAbsence } from '../texts/absenceView.ts';
import { scoreWords } from '../texts/scoreTexts.ts';
import { showCheckpointInTable } from '../viewState.ts';
import { createChangesView } from './changes/changesView.ts';
import type { CardActions } from './chartCard.ts';
import { checkpointCount } from './chartTable.ts';
import { chartJudge, overallText } from './improvement.ts';
import { createLater } from './later.ts';
import { sourceLines } from './lines/sourceLines.ts';
import { createFiguresView } from './losses/figures.ts';
import { lossTrends } from './losses/losses.ts';
import { createLossView } from './losses/lossView.ts';
import { type Figures, nextFigures, noFigures } from './losses/nextFigures.ts';
import { nextTrends, type Trends } from './nextTrends.ts';
import { overlayChoices } from './overlay.ts';
import { type Palette, readPalette, watchTheme } from './palette.ts';
import { remembered } from './remembered.ts';
import { groupTrend, scoreTrends } from './scoreTrends.ts';
import type { Trend } from './series.ts';
import { createSight } from './sight.ts';
import { axisOf, createTrendsToolbar } from './trendsToolbar.ts';
import { createTrendView, type TrendsContent, type TrendView } from './trendView.ts';

export interface TrendsTab {
  readonly element: HTMLElement;
  show(message: HostMessageOf<'trends'>): void;
  showLosses(message: HostMessageOf<'losses'>): void;
  /** Draws the present view state again. */
  refresh(): void;
}

/** The charts over the checkpoints. They are made when they first come near. */
export function createTrendsTab(panel: Panel): TrendsTab {
  const { formats } = panel;
  let trends: Trends | null = null;
  let losses: HostMessageOf<'losses'> | null = null;
  let figures: Figures = noFigures;
  /** The colours that the charts were made with. */
  let palette: Palette = readPalette();
  /** Ends the watch for other colours, which lasts as long as the tab is in sight. */
  let unwatch: (() => void) | null = null;

  const later = createLater();
  const actions: CardActions = {
    later,
    choose: ({ epoch, step }) =>
      panel.change(showCheckpointInTable(panel.scores().byEpoch ? { epoch, step: null } : { epoch, step })),
    save: (name, format, content) => panel.post({ type: 'saveChart', name, format, content }),
    showsTable: (key) => panel.layout().tables.includes(key),
    keepTable: (key, visible) => {
      const others = panel.layout().tables.filter((other) => other !== key);
      panel.keepLayout({ tables: visible ? [...others, key] : others });
    },
  };
  const sight = createSight(() => tab.closest('.panel'), later);
  /** By what they are made for. */
  const views = new Map<string, TrendView>();
  const changes = createChangesView(formats, actions, sight);
  const lossViews = lossTrends.map((trend) => createLossView(trend, formats, actions, sight));
  const figuresView = createFiguresView(panel, actions, sight);
  const toolbar = createTrendsToolbar(panel);
  const grid = element('div', { class: 'trends-grid' }, changes.element);
  const noScores = element('p', { class: 'trend-empty no-scores', hidden: true }, whyNoScores);
  const content = element('div', {}, toolbar.element, noScores, grid);
  /** Below, and also there while a job has no predictions yet. */
  const logged = element('div', { class: 'trends-grid' }, ...lossViews.map((view) => view.element));
  const nothing = createAbsence(() => {});
  const tab = element('div', { class: 'trends' }, content, nothing.element, logged, figuresView.element);

  // What is drawn is made anew only where something of it is other than before.
  const trendsNow = remembered(scoreTrends);
  const groupTrendNow = remembered(groupTrend);
  const chartedNow = remembered(chartsOf);
  const linesNow = remembered(sourceLines);
  const overLinesNow = remembered(sourceLines);
  const overlayNow = remembered((title: string, lines: ReturnType<typeof sourceLines>['lines']) => ({ title, lines }));
  const countNow = remembered((own: ReturnType<typeof sourceLines>, over: typeof own | null, byEpoch: boolean) =>
    checkpointCount([...own.lines, ...(over?.lines ?? [])], byEpoch),
  );

  /** A chart remembers the colours it was made with: for other ones it is made anew. */
  function takeColours() {
    const present = readPalette();
    if (JSON.stringify(palette) === JSON.stringify(present)) return;
    for (const view of [...views.values(), changes, ...lossViews, figuresView]) view.clear();
    palette = present;
  }

  function recolour() {
    takeColours();
    refresh();
  }

  /** The views of these trends, in their order; those of others are let go. */
  function viewsOf(trends: readonly Trend[]): TrendView[] {
    const keys = trends.map(({ key, unit, title }) => JSON.stringify([key, unit, title]));
    const kept = new Set(keys);
    for (const [key, view] of views) {
      if (kept.has(key)) continue;
      view.clear();
      sight.forget(view.element);
      views.delete(key);
    }
    return trends.map((trend, index) => {
      const key = keys[index] ?? '';
      const view = views.get(key) ?? createTrendView(trend, formats, actions, sight);
      views.set(key, view);
      return view;
    });
  }

  function refresh() {
    // Out of sight nothing is drawn; the charts stay as they are, since making them takes longer than a reader waits.
    if (panel.view().tab !== 'trends') {
      unwatch?.();
      unwatch = null;
      return;
    }
    const points = trends?.points ?? [];
    setAttribute(content, 'hidden', points.length === 0);
    nothing.show(absenceOf(points.length > 0 ? 'some' : trends === null ? 'unknown' : 'none', panel.status()));
    if (unwatch === null) {
      unwatch = watchTheme(recolour);
      takeColours();
    }
    const { smoothing, logScale: log } = panel.view();
    if (losses !== null) {
      const { lines } = losses;
      for (const view of lossViews) view.show({ lines, smoothing, log, palette });
      figuresView.show(figures, { smoothing, log, palette });
    }
    if (trends === null || points.length === 0) {
      for (const view of views.values()) view.clear();
      changes.clear();
    } else drawTrends(trends);
    sight.run();
  }

  function drawTrends(told: Trends) {
    const { points, others, overlay: over } = told;
    const view = panel.view();
    const scores = panel.scores();
    const { byEpoch } = scores;
    toolbar.show(overallText(points, told.scores, scores, formats), others);
    const axis = axisOf(panel);
    const own = linesNow(points, axis, view.source);
    // What was chosen counts at once; the points of the other job follow.
    const isOver = over !== null && over.key === overlayChoices(others, view.overlay).chosen;
    const overLines = isOver ? overLinesNow(over.points, axis, view.source) : null;
    const charted = trendsNow(told.scores, chartedNow(view.trendScores, scores), scores);
    const judgeWords = scoreWords(scores.judge ?? '', scores.scores);
    const charts = told.groups ? [...charted, groupTrendNow(told.scores.length, judgeWords)] : charted;
    const shown: TrendsContent = {
      lines: own.lines,
      overlay: over === null || overLines === null ? null : overlayNow(over.title, overLines.lines),
      checkpoints: countNow(own, overLines, byEpoch),
      axis,
      byEpoch,
      leftOut: own.leftOut,
      smoothing: view.smoothing,
      log: view.logScale,
      palette,
    };
    setAttribute(noScores, 'hidden', charts.length > 0 || chartsOf(null, scores).length > 0);
    setAttribute(changes.element, 'hidden', scores.truths === false && chartJudge(scores) === null);
    const made = viewsOf(charts);
    setChildren(grid, [...made.map((each) => each.element), changes.element]);
    for (const [index, trend] of charts.entries()) made[index]?.show(trend, shown);
    drawChanges(told, scores);
  }

  function drawChanges({ points, scores: told, changes: counted }: Trends, scores: Scores) {
    const judge = chartJudge(scores);
    const name = judge?.name ?? 'char_error_rate';
    const place = told.findIndex((score) => score.name === name);
    changes.show({
      // What decides where nothing else does says nothing of better and worse.
      changes: judge === null ? none : counted,
      points,
      byEpoch: scores.byEpoch,
      words: scoreWords(name, scores.scores),
      isRated: points.some((point) => point.scores[place] != null),
      palette,
    });
  }

  const drawer = createRestingDrawer(refresh, rest);

  return {
    element: tab,
    show: (present) => {
      const isAsked = present.allCheckpoints || present.overlay?.allCheckpoints === true;
      trends = nextTrends(trends, present);
      // What the reader asked for does not wait.
      if (isAsked) refresh();
      else drawer.request();
    },
    showLosses: (present) => {
      losses = present;
      figures = nextFigures(figures, present);
      drawer.request();
    },
    refresh,
  };
}

const whyNoScores =
  'No scores yet: send ground_truth or scores with the predictions, and the charts of them appear here.';

/** The scores that have a chart; in a job without ground truths only those that have a value. */
function chartsOf(chosen: ViewState['trendScores'], { scores, truths }: Scores): string[] {
  const names = scores.map(({ name }) => name);
  const charted = chartedScores(chosen, names);
  return truths === false ? charted.filter((name) => names.includes(name)) : charted;
}

const none: Trends['changes'] = [];

/** Charts of thousands of checkpoints need not move with each event: a sixtieth of the time is for them. */
const rest = { share: 59, longest: 3000 };
