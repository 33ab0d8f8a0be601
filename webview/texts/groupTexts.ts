import type { AnswerGroup } from '../../src/panel/protocol/comparison.ts';
import type { GroupFigures, SupersededBy } from '../../src/panel/protocol/table.ts';
import type { Scores } from '../scores.ts';
import type { Formats } from './formats.ts';
import { scoreTitle, scoreValueText, scoreWords } from './scoreTexts.ts';

type Judge = Pick<Scores, 'judge' | 'scores'>;

/** "8 completions" */
export function completionsText(count: number, formats: Formats): string {
  return `${formats.count(count)} ${count === 1 ? 'completion' : 'completions'}`;
}

/**
 * "8 completions · best 1 · worst 0 · spread 1", or "… · all 1": a line of the table, where the mean has a column of its
 * own.
 */
export function groupLineText({ completions, judged }: GroupFigures, { judge }: Judge, formats: Formats): string {
  const count = completionsText(completions, formats);
  if (judged === null || judge === null) return count;
  const value = (figure: number): string => scoreValueText(judge, figure, formats);
  if (judged.teachesNothing) return `${count} · all ${value(judged.mean)}`;
  return `${count} · best ${value(judged.best)} · worst ${value(judged.worst)} · spread ${value(judged.spread)}`;
}

/**
 * "8 completions · mean 0.375 · best 1 · worst 0 · pass@1 0.375 · pass@8 1": an answer of the comparison. Of a score that
 * does not decide its name stands before the rates.
 */
export function answerGroupText(group: AnswerGroup, { judge, scores }: Judge, formats: Formats): string {
  const { completions, judged, passes } = group;
  const parts = [completionsText(completions, formats)];
  if (judged !== null && judge !== null) {
    const value = (figure: number): string => scoreValueText(judge, figure, formats);
    parts.push(`mean ${value(judged.mean)}`, `best ${value(judged.best)}`, `worst ${value(judged.worst)}`);
  }
  for (const { name, one, all } of passes) {
    const of = name === judge ? '' : `${scoreTitle(name, scores)} `;
    parts.push(`${of}pass@1 ${formats.score(one)}`, `pass@${formats.count(completions)} ${formats.score(all)}`);
  }
  return parts.join(' · ');
}

/** Why a group is marked whose completions all have the same deciding score. */
export function nothingTaughtText({ completions }: GroupFigures, { judge, scores }: Judge, formats: Formats): string {
  const by = judge === null ? 'score' : scoreWords(judge, scores);
  return `All ${formats.count(completions)} completions have the same ${by}: in reinforcement learning such a group teaches nothing`;
}

/** What stands before a row that another one has taken the place of. */
export const supersededTexts: Record<SupersededBy, string> = {
  start: 'superseded by a later start',
  revision: 'written anew',
};
