import * as vscode from 'vscode';
import { beginning, plainLine, withoutIcons } from '../../plainText.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import type { Prediction } from '../../wire/prediction.ts';
import type { DiffSide } from '../protocol.ts';

/** Lets the user pick a sample and what to compare: two of its epochs, or one with the ground truth. */
export async function pickDiff(store: PredictionStore): Promise<{ left: DiffSide; right: DiffSide } | undefined> {
  const sample = await vscode.window.showQuickPick(
    store.samples().map(({ sampleIndex, prompt, answers }) => ({
      label: `#${sampleIndex}`,
      description: withoutIcons(plainLine(beginning(prompt, 100))),
      detail: vscode.l10n.t('{0} answers', answers),
      sampleIndex,
    })),
    { title: vscode.l10n.t('Open Diff: Sample'), matchOnDescription: true },
  );
  if (sample === undefined) return undefined;
  const history = store.history(sample.sampleIndex);
  const right = await pickAnswer(vscode.l10n.t('Open Diff: Answer'), history.map(answerItem));
  if (right?.row === undefined) return undefined;
  const { row } = right;
  const truth = row.ground_truth == null ? [] : [{ label: vscode.l10n.t('Ground truth') }];
  const others = history.filter(({ id }) => id !== row.id).map(answerItem);
  const left = await pickAnswer(vscode.l10n.t('Open Diff: Compare With'), [...truth, ...others]);
  if (left === undefined) return undefined;
  const side: DiffSide = { id: row.id, field: 'prediction' };
  return {
    left: left.row === undefined ? { id: row.id, field: 'groundTruth' } : { id: left.row.id, field: 'prediction' },
    right: side,
  };
}

interface AnswerItem extends vscode.QuickPickItem {
  row?: Prediction;
}

function answerItem(row: Prediction): AnswerItem {
  const digits = { minimumFractionDigits: 3, maximumFractionDigits: 3 };
  const rate = row.char_error_rate?.toLocaleString(vscode.env.language, digits);
  return {
    label: vscode.l10n.t('Epoch {0}', row.epoch),
    description: rate === undefined ? '' : vscode.l10n.t('CER {0}', rate),
    detail: withoutIcons(plainLine(beginning(row.prediction, 100))),
    row,
  };
}

function pickAnswer(title: string, items: AnswerItem[]): Thenable<AnswerItem | undefined> {
  return vscode.window.showQuickPick(items, { title });
}
