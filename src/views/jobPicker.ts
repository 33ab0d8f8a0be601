import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { UnauthorizedError } from '../api/errors.ts';
import { plainLine, plainName, withoutIcons } from '../plainText.ts';
import type { ServerId, Servers } from '../servers.ts';
import { modelOf } from '../watch/jobTitle.ts';
import type { JobReference, Watches } from '../watch/watches.ts';
import { isActive, type Job } from '../wire/job.ts';
import { describeJob, errorLine, jobAge } from './jobTexts.ts';
import { SteadyPick } from './steadyPick.ts';

/** Between two readings of the jobs while somebody looks at the picker, in ms: a job that begins is wanted soon. */
const readingInterval = 3000;

interface JobPick extends vscode.QuickPickItem {
  job?: JobReference<ServerId>;
  /** It is the job of the id that is being typed. */
  isTyped?: boolean;
}

/**
 * Lets the user pick a job of the servers that are there: active ones first. Jobs that begin meanwhile appear. A job id
 * that is not listed can be typed.
 *
 * @returns undefined when the user turned away
 */
export function pickJob(
  servers: Servers,
  watches: Watches<ServerId>,
  present: readonly ServerId[],
  title: string,
): Promise<JobReference<ServerId> | undefined> {
  return new Promise((resolve) => {
    const picker = vscode.window.createQuickPick<JobPick>();
    picker.title = title;
    picker.placeholder = vscode.l10n.t('Pick a job, or type a job id');
    picker.matchOnDescription = true;
    picker.busy = true;
    picker.keepScrollPosition = true;
    const steady = new SteadyPick<JobPick>();
    const show = (): void => {
      const next = [...items(servers, watches, present), ...typed(picker.value, watches, present)];
      if (isDeepStrictEqual(next, picker.items)) return;
      const before = picker.activeItems[0]?.job;
      steady.replace(picker.items, performance.now());
      picker.items = next;
      // Replaced items would take the reader back to the first one.
      const same = next.find(({ job }) => before !== undefined && isDeepStrictEqual(job, before));
      if (same !== undefined) picker.activeItems = [same];
    };
    const read = (): Promise<unknown> =>
      Promise.all(
        // A refused key is not tried again by itself.
        present
          .map((server) => watches.listing(server))
          .filter(({ problem }) => !(problem instanceof UnauthorizedError))
          .map((listing) => listing.refresh()),
      );
    const timer = setInterval(() => void read(), readingInterval);
    const subscriptions = vscode.Disposable.from(
      picker,
      ...present.map((server) => watches.listing(server).onDidChange(show)),
      picker.onDidChangeValue(show),
      picker.onDidAccept(() => {
        const [pick] = picker.selectedItems;
        if (pick?.job === undefined) return;
        // Another job than the one that was chosen is worse than to be asked once more.
        const isSame = (a: JobPick, b: JobPick) =>
          (a.isTyped === true && b.isTyped === true) || isDeepStrictEqual(a.job, b.job);
        if (!steady.isSure(picker.items.indexOf(pick), pick, isSame, performance.now())) return;
        resolve(pick.job);
        picker.hide();
      }),
      picker.onDidHide(() => {
        clearInterval(timer);
        resolve(undefined);
        subscriptions.dispose();
      }),
    );
    show();
    picker.show();
    void Promise.all(present.map((server) => watches.listing(server).refresh())).then(() => {
      picker.busy = false;
      show();
    });
  });
}

function items(servers: Servers, watches: Watches<ServerId>, present: readonly ServerId[]): JobPick[] {
  return present.flatMap((server): JobPick[] => {
    const { jobs, problem, isRead } = watches.listing(server);
    const heading: JobPick = { label: servers.label(server), kind: vscode.QuickPickItemKind.Separator };
    if (problem !== null) {
      return [
        heading,
        {
          label: `$(error) ${vscode.l10n.t('Jobs could not be read')}`,
          detail: withoutIcons(plainLine(problem.message)),
          alwaysShow: true,
        },
      ];
    }
    if (isRead && jobs.length === 0) return [heading, { label: vscode.l10n.t('No jobs yet') }];
    const now = Date.now();
    const pick = (job: Job): JobPick => {
      const title = watches.title({ server, jobId: job.id });
      const parts = [
        plainName(job.id),
        jobAge(job, now),
        describeJob(job, isWatched(job)),
        errorLine(job),
        // Last, and all of it: so that it can be searched for by its owner too.
        modelOf(job),
      ];
      const told = (part: string): boolean => part === title || title.startsWith(`${part} · `);
      return {
        label: withoutIcons(title),
        description: withoutIcons(parts.filter((part): part is string => part !== null && !told(part)).join(' · ')),
        job: { server, jobId: job.id },
      };
    };
    const isWatched = (job: Job): boolean => watches.get({ server, jobId: job.id }) !== undefined;
    const active = jobs.filter(({ status }) => isActive(status)).map(pick);
    const ended = jobs.filter(({ status }) => !isActive(status)).map(pick);
    const endedHeading: JobPick = { label: vscode.l10n.t('Ended'), kind: vscode.QuickPickItemKind.Separator };
    return [heading, ...active, ...(active.length > 0 && ended.length > 0 ? [endedHeading] : []), ...ended];
  });
}

/** The listings end somewhere; a job beyond them can be asked for by its id. */
function typed(value: string, watches: Watches<ServerId>, present: readonly ServerId[]): JobPick[] {
  const jobId = value.trim();
  const server = present[0];
  if (jobId === '' || server === undefined) return [];
  const matches = present.some((id) =>
    watches
      .listing(id)
      .jobs.some((job) => `${job.model_name ?? ''} ${job.id}`.toLowerCase().includes(jobId.toLowerCase())),
  );
  return matches
    ? []
    : [
        {
          label: vscode.l10n.t('Watch job “{0}”', withoutIcons(plainName(jobId))),
          alwaysShow: true,
          job: { server, jobId },
          isTyped: true,
        },
      ];
}
