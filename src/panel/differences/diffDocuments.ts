import * as Type from 'typebox';
import * as vscode from 'vscode';
import type { ServerId } from '../../servers.ts';
import type { JobReference, Watches } from '../../watch/watches.ts';
import { schema } from '../../wire/schema.ts';
import { type DiffSide, diffSideType } from '../protocol.ts';

const scheme = 'training-predictions';
const address = schema(
  Type.Object({ server: Type.Enum(['remote', 'local']), jobId: Type.String(), side: diffSideType }),
);

/** Texts of predictions as read-only documents, for VS Code's diff editor. */
export class DiffDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #watches: Watches<ServerId>;
  readonly #subscription: vscode.Disposable;

  constructor(watches: Watches<ServerId>) {
    this.#watches = watches;
    this.#subscription = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { server, jobId, side } = address.parse(JSON.parse(uri.query));
    const row = this.#watches.get({ server, jobId })?.session.store.get(side.id);
    if (row === undefined) return 'This job is not watched any more.';
    if (side.field === 'groundTruth') return row.ground_truth ?? '';
    const { replyDocument } = await import('../texts/replyDocument.ts');
    return replyDocument(row);
  }

  /** Opens two texts of a watched job beside each other. */
  async open(job: JobReference<ServerId>, left: DiffSide, right: DiffSide): Promise<void> {
    const names = [left, right].map((side) => this.#nameOf(job, side));
    const uris = [left, right].map((side, index) =>
      vscode.Uri.from({
        scheme,
        path: `/${names[index]}.txt`,
        query: JSON.stringify({ server: job.server, jobId: job.jobId, side }),
      }),
    );
    await vscode.commands.executeCommand('vscode.diff', uris[0], uris[1], names.join(' ↔ '), { preview: true });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #nameOf(job: JobReference<ServerId>, { id, field }: DiffSide): string {
    const store = this.#watches.get(job)?.session.store;
    const row = store?.table.find(id);
    if (store === undefined || row === undefined) return field;
    const sample = `Sample ${store.sampleIndex(row)}`;
    if (field === 'groundTruth') return `${sample} ground truth`;
    const { table } = store;
    return store.checkpointsAreEpochs
      ? `${sample} epoch ${table.epoch(row)}`
      : `${sample} step ${table.step(row)} (epoch ${table.epoch(row)})`;
  }
}
