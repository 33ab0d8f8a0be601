import * as vscode from 'vscode';
import { isKnownScore, type KnownScore } from '../model/knownScores.ts';

const known: Record<KnownScore, () => string> = {
  char_error_rate: () => vscode.l10n.t('the character error rate'),
  exact_match: () => vscode.l10n.t('exact match'),
  word_overlap: () => vscode.l10n.t('word overlap'),
  length_ratio: () => vscode.l10n.t('the length ratio'),
  validation_pass: () => vscode.l10n.t('the validation pass rate'),
  latency_ms: () => vscode.l10n.t('the latency in ms'),
  completion_tokens: () => vscode.l10n.t('the number of completion tokens'),
  prompt_tokens: () => vscode.l10n.t('the number of prompt tokens'),
  cut_off: () => vscode.l10n.t('the share of answers that were cut off'),
};

/** How a score is called in a sentence. @returns what is not a known one as the job or a script named it: untrusted */
export function scoreWords(name: string, label: string | null): string {
  return isKnownScore(name) ? known[name]() : (label ?? name);
}
