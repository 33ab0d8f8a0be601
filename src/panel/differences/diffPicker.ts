import * as vscode from 'vscode';
import { beginning, plainLine, plainName, withoutIcons } from '../../plainText.ts';
import type { PredictionStore } from '../../store/predictionStore.ts';
import type { DiffSide } from '../protocol.ts';
import { askedOf } from '../texts/promptText.ts';

/** Lets the user pick a sample and what to compare: two of its answers, or one with the ground truth. */
export async function pickDiff(store: PredictionStore): Promise<{ left: DiffSide; right: DiffSide } | undefined> {
  const sample = await vscode.window.showQuickPick(
    store.samples().map((sample) => {
      const { key, sampleIndex, source, answers } = sample;
      return {
        label: source === '' ? `#${sampleIndex}` : withoutIcons(`#${sampleIndex} ${plainName(source)}`),
        description: withoutIcons(plainLine(beginning(askedOf(store, sample), 100))),
        detail: vscode.l10n.t('{0} answers', answers),
        key,
      };
    }),
    { title: vscode.l10n.t('Open Diff: Sample'), matchOnDescription: true },
  );
  if (sample === undefined) return undefined;
  const history = store.historyRows(sample.key);
  const right = await pickAnswer(
    vscode.l10n.t('Open Diff: Answer'),
    history.map((row) => answerItem(store, row)),
  );
  if (right?.row === undefined) return undefined;
  const { row } = right;
  const { table } = store;
  const truth = table.groundTruth(row) === null ? [] : [{ label: vscode.l10n.t('Ground truth') }];
  const others = history.filter((other) => other !== row).map((other) => answerItem(store, other));
  const left = await pickAnswer(vscode.l10n.t('Open Diff: Compare With'), [...truth, ...others]);
  if (left === undefined) return undefined;
  const side = (of: number): DiffSide => ({ id: table.id(of), field: 'prediction' });
  return {
    left: left.row === undefined ? { id: table.id(row), field: 'groundTruth' } : side(left.row),
    right: side(row),
  };
}

interface AnswerItem extends vscode.QuickPickItem {
  row?: number;
}

function answerItem({ table, judge, checkpointsAreEpochs }: PredictionStore, row: number): AnswerItem {
  const [epoch, step] = [table.epoch(row), table.step(row)];
  return {
    label: checkpointsAreEpochs ? vscode.l10n.t('Epoch {0}', epoch) : vscode.l10n.t('Step {0}', step.toLocaleString()),
    description: judge === null ? '' : scoreText(judge.name, table.score(row, judge.name)),
    detail: withoutIcons(plainLine(beginning(table.prediction(row), 100))),
    row,
  };
}

/** Empty where there is no value. */
function scoreText(name: string, value: number): string {
  if (Number.isNaN(value)) return '';
  const digits = { minimumFractionDigits: Number.isInteger(value) && name !== 'char_error_rate' ? 0 : 3 };
  const number = value.toLocaleString(vscode.env.language, { ...digits, maximumFractionDigits: 3 });
  return name === 'char_error_rate' ? vscode.l10n.t('CER {0}', number) : withoutIcons(`${plainName(name)} ${number}`);
}

function pickAnswer(title: string, items: AnswerItem[]): Thenable<AnswerItem | undefined> {
  // Whatever gets the focus back from the list before would close this one.
  return vscode.window.showQuickPick(items, { title, ignoreFocusOut: true });
}
