import { initialView, withScores } from '../src/panel/initialView.ts';
import './styles/shell.css';
import './styles/predictions.css';
import './styles/toolbar.css';
import './styles/grid.css';
import './styles/detail.css';
import './styles/comparison.css';
import './styles/trends.css';
import type { ViewState } from '../src/panel/protocol/view.ts';
import { createAnnouncer } from './announcer.ts';
import { createComparisonTab } from './comparison/comparisonTab.ts';
import { element } from './dom.ts';
import { createHeader } from './header/header.ts';
import { connectHost } from './host.ts';
import { initialLayout, type Layout } from './keptState.ts';
import type { Panel } from './panel.ts';
import { nextStatus, type PanelStatus } from './panelStatus.ts';
import { createPredictionsTab } from './predictions/predictionsTab.ts';
import { noScores, type Scores } from './scores.ts';
import { createTabs } from './tabs.ts';
import { formatsFor } from './texts/formats.ts';
import { connectTextForm, showForm, takeRendering } from './texts/rendered/textForm.ts';
import { createTrendsTab } from './trends/trendsTab.ts';
import { showTab, showTexts, type Transition } from './viewState.ts';

const host = connectHost();
const kept = host.kept();
// Nothing is on the screen yet, so nothing is held.
let view: ViewState = { ...(kept?.view ?? initialView(10)), hold: false };
let layout: Layout = kept?.layout ?? initialLayout;
let restore = kept?.restore ?? null;
let scores: Scores = noScores;
/** What the reader did before the host first told what is shown, which is done to that again; null from then on. */
let early: Transition[] | null = [];
let status: PanelStatus = { label: null, loading: true, settled: false };

const formats = formatsFor();
const announcer = createAnnouncer(formats);

const panel: Panel = {
  formats,
  view: () => view,
  status: () => status,
  scores: () => scores,
  change: (transition) => {
    const next = predictions.hold(transition(view));
    if (next === view) return;
    view = next;
    keep();
    if (early === null) host.post({ type: 'view', state: view, version: predictions.version() });
    else early.push(transition);
    draw();
  },
  layout: () => layout,
  keepLayout: (changed) => {
    layout = { ...layout, ...changed };
    keep();
  },
  post: host.post,
  run: (command) => host.post({ type: 'command', command }),
  say: announcer.say,
};

connectTextForm({
  formats,
  ask: (id, text, places) => host.post({ type: 'render', id, text, places: places.map(([from, to]) => [from, to]) }),
  choose: (form) => panel.change(showTexts(form)),
  expect: () => host.post({ type: 'mayRender' }),
});

function keep() {
  if (restore !== null) host.keep({ restore, view, layout });
}

const header = createHeader(panel.formats, panel.run);
const predictions = createPredictionsTab(panel);
const comparison = createComparisonTab(panel);
const trends = createTrendsTab(panel);
const tabs = createTabs(
  { predictions: predictions.element, comparison: comparison.element, trends: trends.element },
  (tab) => panel.change(showTab(tab)),
);

function draw() {
  tabs.show(view.tab);
  showForm(view.textForm);
  predictions.refresh();
  comparison.refresh();
  trends.refresh();
}

document.body.append(
  element(
    'main',
    { class: 'shell' },
    header.element,
    tabs.element,
    header.failure,
    header.unknownFields,
    header.problem,
    announcer.element,
  ),
);
draw();

host.listen({
  hydrate: (message) => {
    view = predictions.hold(message.state);
    restore = message.restore;
    keep();
    header.showJob(message.job);
    draw();
    const meanwhile = early ?? [];
    early = null;
    for (const transition of meanwhile) panel.change(transition);
  },
  status: (message) => {
    header.showStatus(message);
    const next = nextStatus(status, message);
    announcer.hear({ counts: message.counts, label: message.connection.label, settled: next.settled });
    // Comes with every arrival, and mostly says the same to the tabs.
    if (next === status) return;
    status = next;
    draw();
    predictions.settle();
  },
  scores: (message) => {
    scores = message;
    const { judge } = message;
    const names = message.scores.map(({ name }) => name);
    const before = view;
    panel.change((shown) => withScores(shown, names, judge));
    if (view === before) draw();
  },
  page: predictions.showPage,
  detail: predictions.showDetail,
  group: predictions.showGroup,
  whole: (message) => {
    comparison.showWhole(message);
    predictions.showWhole(message);
  },
  answerAt: comparison.showAnswer,
  rendered: takeRendering,
  comparison: comparison.show,
  trends: trends.show,
  losses: trends.showLosses,
});
host.post({ type: 'ready', state: kept === null ? null : view });
