import * as vscode from 'vscode';
import { config, section } from '../config.ts';
import type { ServerId, Servers } from '../servers.ts';
import type { Disposable } from '../watch/listeners.ts';
import type { JobReference, Watch, Watches } from '../watch/watches.ts';
import { isActive } from '../wire/job.ts';
import { Claims } from './claims.ts';
import { beginMemory, type JobFacts, type JobMemory, type JobNotice, look } from './jobNotices.ts';
import { jobNotice, lossNotice, type NoticeContent } from './noticeTexts.ts';
import { type Quality, RunQuality } from './runQuality.ts';
import { firstServerMemory, lookAtServer, reachOf, type ServerMemory } from './serverNotices.ts';

/** Looks follow changes after this, and come at least so often while anything is watched; ms. */
const lookDelay = 1000;
const lookInterval = 15_000;

export interface NotifierContext {
  servers: Servers;
  watches: Watches<ServerId>;
  /** A folder that all windows of this machine share. */
  folder: vscode.Uri;
  log: { error(what: string, error: unknown): void };
}

/** Tells people of watched jobs what they asked to be told, each cause once. */
export class Notifier implements vscode.Disposable {
  readonly #context: NotifierContext;
  readonly #claims: Claims;
  readonly #jobs = new Map<Watch<ServerId>, { memory: JobMemory; quality: RunQuality; subscription: Disposable }>();
  readonly #reaches = new Map<ServerId, ServerMemory>();
  readonly #subscription: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  /** When the next look is due, in ms since 1970. */
  #due = Number.POSITIVE_INFINITY;

  constructor(context: NotifierContext) {
    this.#context = context;
    this.#claims = new Claims(vscode.Uri.joinPath(context.folder, 'told').fsPath);
    const changed = (): void => this.#lookWithin(this.#knowsAll() ? lookDelay : 0);
    this.#subscription = vscode.Disposable.from(
      context.watches.onDidChange(changed),
      context.watches.listing('remote').onDidChange(changed),
      context.watches.listing('local').onDidChange(changed),
    );
    changed();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    for (const { subscription } of this.#jobs.values()) subscription.dispose();
  }

  /** What happens after a watch has everything is news: the moment is not to be missed. */
  #knowsAll(): boolean {
    return this.#context.watches.all.every(
      (watch) => !watch.session.caughtUp || this.#jobs.get(watch)?.memory.begun === true,
    );
  }

  #lookWithin(delay: number): void {
    const due = Date.now() + delay;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY;
      this.#look(Date.now());
    }, delay);
  }

  #look(now: number): void {
    const { watches } = this.#context;
    const present = watches.all;
    for (const [watch, { subscription }] of this.#jobs) {
      if (present.includes(watch)) continue;
      subscription.dispose();
      this.#jobs.delete(watch);
    }
    for (const watch of present) this.#lookAtJob(watch, now);
    for (const server of ['remote', 'local'] as const) {
      this.#lookAtServer(
        server,
        present.filter((watch) => watch.server === server),
        now,
      );
    }
    if (present.length > 0) this.#lookWithin(lookInterval);
  }

  #lookAtJob(watch: Watch<ServerId>, now: number): void {
    const { watches } = this.#context;
    const job = watches.job(watch);
    const known = this.#jobs.get(watch);
    const quality = known?.quality ?? new RunQuality(watch.session.store);
    const status = job?.status ?? null;
    const isEnd = known?.memory.ran === true && status !== null && !isActive(status);
    const isWanted = config.notifies('qualityRegressed') || config.notifies('validationDropped');
    // It is added up from all rows when it is asked for first, so only where somebody is told of it.
    const isTold = isEnd || (isWanted && watch.session.caughtUp);
    const facts = factsOf(watch, status, isTold ? quality.now() : null);
    const past = known?.memory ?? beginMemory(facts, now);
    const { memory, notices } = look(past, facts, config.qualityRegressedPercent(), now);
    const subscription = known?.subscription ?? watch.session.onDidChange(() => this.#lookWithin(lookDelay));
    this.#jobs.set(watch, { memory, quality, subscription });
    for (const notice of notices) {
      const end = notice.kind === 'runEnded' ? job?.completed_at : null;
      const life = [job?.created_at, job?.started_at, end].join(' ');
      const cause = `${this.#place(watch.server)} ${watch.jobId} ${life} ${notice.kind} ${notice.cause}`;
      this.#tell(cause, contentOf(notice, watch, watches), [watch]);
    }
  }

  #lookAtServer(server: ServerId, watched: readonly Watch<ServerId>[], now: number): void {
    const { servers } = this.#context;
    // A local server that ended was stopped, or its crash is told at once by itself.
    const isThere = server !== 'local' || servers.isPresent('local');
    const reaches = isThere ? watched.map(({ session }) => reachOf(session.connection)) : [];
    const { memory, news } = lookAtServer(this.#reaches.get(server) ?? firstServerMemory, reaches, now);
    this.#reaches.set(server, memory);
    const cause = `connectionLost ${this.#place(server)}`;
    if (news === 'reached') this.#carryOut(this.#claims.release(cause));
    const lost = watched.find(({ session }) => reachOf(session.connection) === 'lost');
    if (news !== 'lost' || lost === undefined) return;
    const host = servers.host(server);
    const name = host === '' ? servers.label(server) : `${servers.label(server)} (${host})`;
    this.#tell(cause, lossNotice(name, lost.session.problem?.message ?? null), watched);
  }

  /** A local server that is gone has no address any more; there is one for each user of the machine. */
  #place(server: ServerId): string {
    return server === 'local' ? 'local' : this.#context.servers.host(server);
  }

  #tell(cause: string, content: NoticeContent, watched: readonly Watch<ServerId>[]): void {
    if (!config.notifies(content.kind)) return;
    const jobs = watched.map(({ server, jobId }) => ({ server, jobId }));
    this.#carryOut(this.#claims.claim(cause).then((isFirst) => (isFirst ? show(content, jobs) : undefined)));
  }

  #carryOut(done: Promise<unknown>): void {
    done.catch((error: unknown) => this.#context.log.error('notification', error));
  }
}

function factsOf({ session }: Watch<ServerId>, status: string | null, quality: Quality | null): JobFacts {
  const { connection, caughtUp, store } = session;
  const connected = reachOf(connection) === 'connected';
  return { status, connected, caughtUp, held: store.size, points: store.trends(), quality };
}

function contentOf(notice: JobNotice, watch: Watch<ServerId>, watches: Watches<ServerId>): NoticeContent {
  const job = watches.job(watch);
  return jobNotice(notice, watches.title(watch), job?.error_message || null);
}

/** @param jobs what the actions are about, each for itself */
async function show(
  { kind, message, severity, actions }: NoticeContent,
  jobs: readonly JobReference<ServerId>[],
): Promise<void> {
  const never = { title: vscode.l10n.t("Don't Show Again"), command: null };
  const offered = [...actions, never];
  const picked =
    severity === 'error'
      ? await vscode.window.showErrorMessage(message, ...offered)
      : severity === 'warning'
        ? await vscode.window.showWarningMessage(message, ...offered)
        : await vscode.window.showInformationMessage(message, ...offered);
  if (picked === undefined) return;
  if (picked.command === null) {
    await config.stopNotifying(kind);
    return;
  }
  for (const job of jobs) await vscode.commands.executeCommand(`${section}.${picked.command}`, job);
}
