import type { HostMessageOf, JobSummary, PanelCommand } from '../../src/panel/protocol.ts';
import { createButton } from '../controls/controls.ts';
import { element, setAttribute, setText } from '../dom.ts';
import type { Formats } from '../texts/formats.ts';
import { notFiniteText } from '../texts/scoreTexts.ts';
import {
  connectionTone,
  epochText,
  failureTitle,
  idText,
  lastArrivalText,
  liveAction,
  predictionsText,
  problemAction,
  retryText,
  unknownFieldsText,
  unreadableText,
} from './headerTexts.ts';

export interface Header {
  readonly element: HTMLElement;
  /** What went wrong, and what to do. It stands below everything else: above, it would push down what one reads. */
  readonly problem: HTMLElement;
  /** Why the job itself failed, beside what is wrong with the connection. */
  readonly failure: HTMLElement;
  /** Fields of its rows that are not known. */
  readonly unknownFields: HTMLElement;
  showJob(job: JobSummary): void;
  showStatus(status: HostMessageOf<'status'>): void;
}

/** The top of the panel: which job, whether it is live, how much there is. */
export function createHeader(formats: Formats, run: (command: PanelCommand) => void): Header {
  const title = element('h1', { class: 'job-title', dir: 'auto' });
  const id = element('span', { class: 'fact', dir: 'auto' });
  const server = element('span', { class: 'fact' });
  const dot = element('span', { class: 'dot', 'aria-hidden': 'true' });
  const label = element('span');
  const connection = element('span', { role: 'status', class: 'connection' }, dot, label);
  const menu = element(
    'button',
    {
      type: 'button',
      class: 'badge-menu',
      'aria-label': 'Connection menu',
      title: 'What can be done about the connection',
    },
    '▾',
  );
  const badge = element('span', { class: 'badge' }, connection, menu);
  // The words are as good as the sign beside them, which the keyboard reaches.
  badge.addEventListener('click', () => run('showConnectionMenu'));
  // The ages below change every second: outside of the status, so that they are not spoken every second.
  const retry = element('span', { class: 'retry' });
  const jobStatus = element('span', { class: 'fact' });
  const epoch = element('span', { class: 'fact' });
  const predictions = element('span', { class: 'fact' });
  const lastArrival = element('span', { class: 'fact' });
  const unreadable = element('span', { class: 'fact unreadable' });
  const nonFinite = element('span', {
    class: 'fact unreadable',
    title: 'Scores and other numbers of its predictions that were sent as NaN or infinite, and are shown as none',
  });
  const facts = element(
    'div',
    { class: 'facts' },
    ...[jobStatus, epoch, predictions, lastArrival, unreadable, nonFinite, server, id],
  );

  let status: HostMessageOf<'status'> | null = null;
  /** What to add to this machine's clock to get the host's, in ms. */
  let clockOffset = 0;

  const live = createButton({
    text: 'Pause',
    appearance: 'secondary',
    onPress: () => status !== null && runAction(liveAction(status.connection.label)),
  });
  const exportAll = createButton({
    text: 'Export…',
    appearance: 'secondary',
    onPress: () => run('exportPredictions'),
  });
  const actions = element('div', { class: 'header-actions' }, live.element, exportAll.element);
  const problemText = element('span', { class: 'problem-text' });
  const problemButton = createButton({
    text: 'Reconnect',
    appearance: 'secondary',
    onPress: () => status !== null && runAction(problemAction(status.connection.label)),
  });
  const announcer = element('span', { class: 'problem-said', 'aria-live': 'polite' }, problemText);
  const problem = element('div', { class: 'problem' }, announcer, retry, problemButton.element);
  problem.hidden = true;
  const failureHeading = element('span', { class: 'failure-title' });
  const failureText = element('pre', { class: 'failure-text', dir: 'auto', tabindex: '0' });
  const failure = element(
    'section',
    { class: 'failure', 'aria-label': 'Why the job ended' },
    failureHeading,
    failureText,
  );
  failure.hidden = true;
  const unknownFields = element('p', { class: 'unknown-fields', dir: 'auto' });
  live.setVisible(false);

  function runAction(action: { command: PanelCommand } | null) {
    if (action !== null) run(action.command);
  }

  function showFact(fact: HTMLElement, text: string | null) {
    setText(fact, text ?? '');
    setAttribute(fact, 'hidden', text === null);
  }

  function showAges() {
    const now = Date.now() + clockOffset;
    showFact(retry, status === null ? null : retryText(status.connection, now, formats));
    showFact(lastArrival, status === null ? null : lastArrivalText(status.counts, now, formats));
  }

  function showJob(job: JobSummary) {
    setText(title, job.title);
    setAttribute(title, 'title', job.id);
    showFact(id, idText(job));
    showFact(server, job.server === '' ? null : job.server);
    showFact(jobStatus, job.status);
    showFact(epoch, epochText(job, formats));
    showFact(nonFinite, job.nonFinite === undefined ? null : notFiniteText(job.nonFinite, formats));
    const why = failureTitle(job);
    setText(failureHeading, why ?? '');
    setText(failureText, job.failure ?? '');
    setAttribute(failureText, 'hidden', !job.failure);
    setAttribute(failure, 'hidden', why === null);
    showFact(unknownFields, unknownFieldsText(job));
  }

  showAges();
  for (const fact of [id, server, jobStatus, epoch, predictions, unreadable, nonFinite, unknownFields])
    showFact(fact, null);
  setInterval(showAges, 1000);

  return {
    element: element(
      'header',
      { class: 'header' },
      element('div', { class: 'header-line' }, title, badge, facts, actions),
    ),
    problem,
    failure,
    unknownFields,
    showJob,
    showStatus: (message) => {
      status = message;
      clockOffset = message.now - Date.now();
      const { label: state, problem: cause } = message.connection;
      showJob(message.job);
      // Said once is enough where both have one word for it.
      if (message.job.status === state.toLowerCase()) showFact(jobStatus, null);
      setText(label, state);
      setAttribute(connection, 'data-tone', connectionTone(state));
      showFact(predictions, predictionsText(message.counts, formats));
      showFact(unreadable, unreadableText(message.counts, formats));
      showAges();

      const action = liveAction(state);
      live.setVisible(action !== null);
      if (action !== null) live.setText(action.text);
      setText(problemText, cause ?? '');
      problemButton.setText(problemAction(state).text);
      setAttribute(problem, 'hidden', cause === null);
    },
  };
}
