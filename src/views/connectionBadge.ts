import * as vscode from 'vscode';
import type { Following } from '../following/following.ts';
import type { ServerId, Servers } from '../servers.ts';
import { type ConnectionLabel, summarize } from '../stream/connectionSummary.ts';
import type { Watch, Watches } from '../watch/watches.ts';
import { badgeText } from './badgeText.ts';
import { failureText } from './jobTexts.ts';

/** The status-bar item that says whether the active panel's job is live. */
export class ConnectionBadge implements vscode.Disposable {
  readonly #servers: Servers;
  readonly #watches: Watches<ServerId>;
  readonly #following: Following;
  readonly #item = vscode.window.createStatusBarItem(
    'trainingPredictions.connection',
    vscode.StatusBarAlignment.Left,
    10,
  );
  readonly #subscription: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(servers: Servers, watches: Watches<ServerId>, following: Following) {
    this.#servers = servers;
    this.#watches = watches;
    this.#following = following;
    this.#item.name = vscode.l10n.t('Training Predictions: Connection');
    this.#item.command = 'trainingPredictions.showConnectionMenu';
    this.#subscription = watches.onDidChange(() => this.#show());
    this.#show();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #show(): void {
    clearTimeout(this.#timer);
    const { active } = this.#watches;
    if (active === undefined) {
      this.#item.hide();
      return;
    }
    const { session } = active;
    const summary = summarize(session.connection, session.problem, this.#watches.job(active)?.status);
    const text = badgeText(summary, Date.now(), this.#notLive(), this.#watches.all.length);
    this.#item.text = text;
    this.#item.tooltip = this.#tooltip(active, summary.problem);
    this.#item.backgroundColor = background(summary.label);
    this.#item.accessibilityInformation = { label: `Training Predictions: ${text}` };
    this.#item.show();
    // The seconds left are counted down; the last byte's time in the tooltip is brought up to date now and then.
    this.#timer = setTimeout(() => this.#show(), summary.retryAt === null ? 5000 : 1000);
  }

  #notLive(): number {
    return this.#watches.all.filter(({ session }) => {
      const { name } = session.connection;
      return name !== 'live' && name !== 'finished';
    }).length;
  }

  #tooltip(watch: Watch<ServerId>, problem: string | null): string {
    const { session } = watch;
    const lines = [
      vscode.l10n.t(
        '{0} on {1} ({2})',
        this.#watches.title(watch),
        this.#servers.label(watch.server),
        this.#servers.host(watch.server),
      ),
      session.caughtUp
        ? vscode.l10n.t('{0} predictions', session.store.size.toLocaleString())
        : vscode.l10n.t(
            '{0} predictions of {1}',
            session.store.size.toLocaleString(),
            session.onServer ?? vscode.l10n.t('an unknown number'),
          ),
    ];
    if (session.lastByteAt !== null) {
      lines.push(vscode.l10n.t('Last byte {0}', new Date(session.lastByteAt).toLocaleTimeString()));
    }
    if (this.#servers.isLocal(watch.server)) lines.push(...(this.#following.parts?.nodes.lines(watch.jobId) ?? []));
    if (problem !== null) lines.push(problem);
    const failure = failureText(this.#watches.job(watch));
    if (failure !== null) lines.push(failure);
    return lines.join('\n');
  }
}

function background(label: ConnectionLabel): vscode.ThemeColor | undefined {
  switch (label) {
    case 'Reconnecting':
    case 'Offline':
    case 'Sign in':
    case 'Deleted':
      return new vscode.ThemeColor('statusBarItem.warningBackground');
    case 'Failed':
      return new vscode.ThemeColor('statusBarItem.errorBackground');
    default:
      return undefined;
  }
}
