import * as vscode from 'vscode';
import type { Following } from '../following/following.ts';
import type { RunNode } from '../following/runNodes.ts';
import { plainName } from '../plainText.ts';
import type { ServerId, Servers } from '../servers.ts';
import type { ListingChange } from '../watch/jobListing.ts';
import { Pace } from '../watch/pace.ts';
import { type JobReference, keyOf, type Watches } from '../watch/watches.ts';
import type { JobGroup } from './jobGroups.ts';
import { jobAge } from './jobTexts.ts';

export const jobsViewId = 'trainingPredictions.jobs';

/** Between two looks at how long ago things were, in ms. */
const ageInterval = 30_000;

type JobNode = JobReference<ServerId> & { readonly kind: 'job' };

/** A server, what runs, failed or ended there, one of its jobs, or what went wrong when they were listed. */
export type JobsNode =
  | { kind: 'server'; server: ServerId }
  | { kind: 'heading'; server: ServerId; group: JobGroup }
  | JobNode
  | { kind: 'problem'; server: ServerId; problem: Error }
  | { kind: 'note'; text: string }
  | RunNode;

/**
 * ms. VS Code puts a change off that follows another within 200 ms, and again with each that follows: it would show
 * nothing of a job that tells more often.
 */
const interval = 300;

const servers: readonly ServerId[] = ['remote', 'local'];
const serverNodes = {
  remote: { kind: 'server', server: 'remote' },
  local: { kind: 'server', server: 'local' },
} as const;

/**
 * The tree of servers and their jobs: active ones first, then the others, each newest first, under headings where there
 * are both: what failed of late is not folded away with what else ended.
 */
export class JobsTree implements vscode.TreeDataProvider<JobsNode>, vscode.Disposable {
  readonly #servers: Servers;
  readonly #watches: Watches<ServerId>;
  readonly #following: Following;
  readonly #changes = new vscode.EventEmitter<JobsNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changes.event;
  readonly #pace = new Pace(
    () => interval,
    () => this.#tell(),
  );
  /** What VS Code was not told of yet. */
  #changed: Set<JobNode> | 'all' = new Set();
  /** VS Code knows a node again by its identity. */
  readonly #nodes = new Map<string, JobNode>();
  /** VS Code knows a heading again by its identity. */
  readonly #headings = new Map<string, JobsNode>();
  /** How long ago each job on the screen was said to have begun. */
  readonly #ages = new Map<JobNode, string | null>();
  readonly #ageTimer: NodeJS.Timeout;
  readonly #view: vscode.TreeView<JobsNode>;
  /** Where VS Code was told each job last: chosen elsewhere, it would stand at both places. */
  readonly #parents = new WeakMap<JobNode, JobsNode>();
  /** Loaded when the tree is first seen. */
  #items: Promise<typeof import('./treeItems.ts')> | undefined;
  /** Which jobs were told under which heading, by server. */
  readonly #grouped = new Map<ServerId, string>();
  /** Key of the job that was chosen last because its panel is the active one. */
  #followed: string | undefined;
  readonly #subscription: vscode.Disposable;

  constructor(known: Servers, watches: Watches<ServerId>, following: Following) {
    this.#servers = known;
    this.#watches = watches;
    this.#following = following;
    const changed = (): void => this.#request('all');
    const view = vscode.window.createTreeView(jobsViewId, {
      treeDataProvider: this,
      showCollapseAll: false,
      canSelectMany: true,
    });
    this.#view = view;
    this.#subscription = vscode.Disposable.from(
      view,
      view.onDidChangeVisibility(({ visible }) => this.#seen(visible)),
      known.onDidChange(changed),
      watches.onDidChange(changed),
      following.onDidChange(changed),
      ...servers.map((server) => watches.listing(server).onDidChange((change) => this.#listingChanged(server, change))),
    );
    this.#seen(view.visible);
    this.#ageTimer = setInterval(() => {
      if (view.visible) void this.#tellAges();
    }, ageInterval);
  }

  /** The jobs that are chosen, in the order in which they were. */
  get chosen(): readonly JobReference<ServerId>[] {
    return this.#view.selection.filter((node) => node.kind === 'job');
  }

  getParent(node: JobsNode): JobsNode | undefined {
    if (node.kind === 'heading') return serverNodes[node.server];
    return node.kind === 'job' ? this.#parents.get(node) : undefined;
  }

  async getChildren(node?: JobsNode): Promise<JobsNode[]> {
    const runs = this.#following.parts?.nodes;
    if (node === undefined) return [...this.#roots(), ...(runs?.roots ?? [])];
    if (node.kind === 'runs') return runs?.children() ?? [];
    if (node.kind === 'heading') return this.#placed(node, (await this.#groups(node.server))[node.group]);
    if (node.kind !== 'server') return [];
    const listing = this.#watches.listing(node.server);
    if (!listing.isRead) return [{ kind: 'note', text: vscode.l10n.t('Loading…') }];
    const groups = await this.#groups(node.server);
    this.#grouped.set(node.server, JSON.stringify(groups));
    const { active, failed, ended } = groups;
    const hasBoth = active.length > 0 && failed.length + ended.length > 0;
    const jobs = hasBoth
      ? (await this.#load()).jobGroups
          .filter((group) => groups[group].length > 0)
          .map((group) => this.#heading(node.server, group))
      : this.#placed(
          node,
          listing.jobs.map(({ id }) => this.#node({ server: node.server, jobId: id })),
        );
    if (listing.problem !== null) return [{ kind: 'problem', server: node.server, problem: listing.problem }, ...jobs];
    return jobs.length > 0 ? jobs : [{ kind: 'note', text: vscode.l10n.t('No jobs yet') }];
  }

  async getTreeItem(node: JobsNode): Promise<vscode.TreeItem> {
    const items = await this.#load();
    switch (node.kind) {
      case 'server':
        return items.serverItem(node.server, this.#servers.label(node.server), this.#servers.host(node.server));
      case 'heading':
        return items.headingItem(node.server, node.group, (await this.#groups(node.server))[node.group].length);
      case 'job':
        return this.#jobItem(node);
      case 'problem':
        return items.problemItem(node.problem);
      case 'note':
        return new vscode.TreeItem(node.text);
      default:
        return this.#following.parts?.nodes.item(node) ?? new vscode.TreeItem('');
    }
  }

  dispose(): void {
    clearInterval(this.#ageTimer);
    this.#subscription.dispose();
    this.#pace.dispose();
    this.#changes.dispose();
  }

  #seen(isVisible: boolean): void {
    this.#watches.setTreeVisible(isVisible);
    this.#followed = undefined;
    this.#follow();
    if (isVisible) void this.#following.load().then(({ runs }) => runs.begin());
  }

  #marked(item: vscode.TreeItem, { server, jobId }: JobReference<ServerId>): vscode.TreeItem {
    if (this.#servers.isLocal(server)) this.#following.parts?.nodes.mark(item, jobId);
    return item;
  }

  #listingChanged(server: ServerId, change: ListingChange): void {
    this.#request(change === 'all' ? change : change.map((jobId) => this.#node({ server, jobId })));
  }

  /** A job that goes on costs one row, however many there are. */
  #request(change: 'all' | readonly JobNode[]): void {
    if (change === 'all') this.#changed = 'all';
    else if (this.#changed !== 'all') for (const node of change) this.#changed.add(node);
    if (change.length > 0) this.#pace.request();
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    this.#changes.fire(changed === 'all' ? undefined : [...changed]);
    this.#follow();
  }

  /** Chooses the job whose panel became the active one, once the list has it. What the reader chose since is left alone. */
  #follow(): void {
    const { active } = this.#watches;
    if (active === undefined) this.#followed = undefined;
    if (active === undefined || !this.#view.visible || this.#followed === keyOf(active)) return;
    const node = this.#node(active);
    if (!this.#parents.has(node)) return;
    this.#followed = keyOf(active);
    if (this.#view.selection.includes(node)) return;
    // A job that goes in that moment cannot be chosen any more.
    this.#view.reveal(node, { select: true, focus: false }).then(undefined, () => {});
  }

  async #tellAges(): Promise<void> {
    // A day after it failed, a run stands with the others that ended.
    for (const [server, told] of this.#grouped) {
      if (JSON.stringify(await this.#groups(server)) !== told) this.#request('all');
    }
    const now = Date.now();
    const older = [...this.#ages].filter(([node, age]) => {
      const job = this.#watches.job(node);
      return job !== undefined && jobAge(job, now) !== age;
    });
    if (older.length > 0) this.#request(older.map(([node]) => node));
  }

  #load(): Promise<typeof import('./treeItems.ts')> {
    this.#items ??= import('./treeItems.ts');
    return this.#items;
  }

  async #groups(server: ServerId): Promise<Record<JobGroup, JobNode[]>> {
    const { groupOf } = await this.#load();
    const now = Date.now();
    const groups: Record<JobGroup, JobNode[]> = { active: [], failed: [], ended: [] };
    for (const job of this.#watches.listing(server).jobs) {
      groups[groupOf(job, now)].push(this.#node({ server, jobId: job.id }));
    }
    return groups;
  }

  /** What VS Code is told below `parent`; a job that is to be chosen may be among it. */
  #placed(parent: JobsNode, jobs: JobNode[]): JobNode[] {
    for (const job of jobs) this.#parents.set(job, parent);
    setTimeout(() => this.#follow(), interval);
    return jobs;
  }

  async #jobItem(node: JobNode): Promise<vscode.TreeItem> {
    const { jobItem } = await this.#load();
    const job = this.#watches.job(node);
    if (job === undefined) {
      this.#ages.delete(node);
      return new vscode.TreeItem(plainName(node.jobId));
    }
    const now = Date.now();
    this.#ages.set(node, jobAge(job, now));
    const isWatched = this.#watches.get(node) !== undefined;
    return this.#marked(jobItem(node.server, job, { title: this.#watches.title(node), isWatched, now }), node);
  }

  #heading(server: ServerId, group: JobGroup): JobsNode {
    const key = `${server} ${group}`;
    const node: JobsNode = this.#headings.get(key) ?? { kind: 'heading', server, group };
    this.#headings.set(key, node);
    return node;
  }

  #node({ server, jobId }: JobReference<ServerId>): JobNode {
    const key = keyOf({ server, jobId });
    const node: JobNode = this.#nodes.get(key) ?? { kind: 'job', server, jobId };
    this.#nodes.set(key, node);
    return node;
  }

  /** No roots where no server has a job: the view's welcome then says how to send some. */
  #roots(): JobsNode[] {
    const present = servers.filter((server) => this.#servers.isPresent(server));
    const empty = present.every((server) => {
      const { isRead, problem, jobs } = this.#watches.listing(server);
      return isRead && problem === null && jobs.length === 0;
    });
    return empty ? [] : present.map((server) => serverNodes[server]);
  }
}
