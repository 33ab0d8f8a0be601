import { isSameCheckpoint } from '../../src/model/checkpoints.ts';
import { overallImprovement } from '../../src/model/epochStatistics.ts';
import { compareScores } from '../../src/model/marks.ts';
import type { ChartedScore, ChartPoint } from '../../src/panel/protocol/trends.ts';
import type { Scores } from '../scores.ts';
import type { Formats } from '../texts/formats.ts';
import { scoreValueText, scoreWords } from '../texts/scoreTexts.ts';

/** How a job did as a whole, in words and with its direction. */
export interface Improvement {
  text: string;
  tone: 'good' | 'bad' | 'quiet';
}

const errorRate = 'char_error_rate';

/** The score that decides in the charts; null where none does. */
export function chartJudge({ judge, chosen, scores }: Scores): Scores['scores'][number] | null {
  const found = scores.find(({ name }) => name === judge);
  if (found === undefined) return null;
  // What decides where nothing else does says nothing of an answer's worth, unless the reader takes it to.
  return chosen === null && measures.has(found.name) ? null : found;
}

const measures: ReadonlySet<string> = new Set([
  ...['length_ratio', 'validation_pass', 'latency_ms', 'completion_tokens', 'prompt_tokens'],
]);

/** The deciding score's way from the first checkpoint to the last. @param told what the points tell of */
export function overallText(
  points: readonly ChartPoint[],
  told: readonly ChartedScore[],
  scores: Scores,
  formats: Formats,
): Improvement {
  const judge = chartJudge(scores);
  const name = judge?.name ?? errorRate;
  const means = endMeans(
    points,
    told.findIndex((score) => score.name === name),
  );
  if (judge === null || (name === errorRate && judge.direction === 'lower')) {
    const percent = overallImprovement(means.map((mean) => ({ avg_char_error_rate: mean })));
    return improvementText(percent, means, scores.byEpoch, formats);
  }
  const words = scoreWords(name, scores.scores);
  const [first, last] = [means[0] ?? null, means.at(-1) ?? null];
  if (means.length < 2) return quiet(`known after two ${unit(scores.byEpoch)}s with ${words}`);
  if (first === null || last === null) {
    return quiet(`unknown: the ${first === null ? 'first' : 'last'} ${unit(scores.byEpoch)} has no ${words}`);
  }
  const isShare = told.find((score) => score.name === name)?.isShare === true;
  const [from, to] = [first, last].map((value) =>
    isShare ? formats.percent(value) : scoreValueText(name, value, formats),
  );
  const mark = compareScores(last, first, judge.direction);
  if (mark === 'same') return quiet(`= same ${words}, ${to}`);
  const text = `${words} ${from} → ${to}`;
  if (mark === null) return quiet(text);
  const isBetter = mark === 'better';
  return { text: `${isBetter ? '▲' : '▼'} ${text}, ${mark}`, tone: isBetter ? 'good' : 'bad' };
}

/** Of one checkpoint, over all samples, whatever their source; null where none has a value. */
function meanOf(points: readonly ChartPoint[], place: number): number | null {
  let [sum, count] = [0, 0];
  for (const point of points) {
    const score = point.scores[place];
    if (score == null) continue;
    sum += score[0] * score[1];
    count += score[1];
  }
  return count === 0 ? null : sum / count;
}

/**
 * Of the first checkpoint and the last, or of the only one; all between them say nothing, but where neither has a value.
 *
 * @param points ascending by checkpoint
 * @param place of the score in the points
 */
function endMeans(points: readonly ChartPoint[], place: number): (number | null)[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const firstEnd = points.findIndex((point) => !isSameCheckpoint(point, first));
  if (firstEnd === -1) return [meanOf(points, place)];
  const lastStart = points.findLastIndex((point) => !isSameCheckpoint(point, last)) + 1;
  const means = [meanOf(points.slice(0, firstEnd), place), meanOf(points.slice(lastStart), place)];
  const between = points.slice(firstEnd, lastStart);
  if (means.some((mean) => mean !== null) || between.length === 0) return means;
  return [means[0] ?? null, meanOf(between, place), means[1] ?? null];
}

/** How much of the first epoch's error is gone in the last, in words; as everywhere, ▲ is better and ▼ is worse. @param rates ascending; those between first and last may be left out */
export function improvementText(
  percent: number | null,
  rates: readonly (number | null)[],
  byEpoch: boolean,
  formats: Formats,
): Improvement {
  if (percent === null) return quiet(whyNoImprovement(rates, unit(byEpoch)));
  if (percent === 0) return quiet('= same error');
  const amount = formats.percent(Math.abs(percent) / 100);
  return percent > 0
    ? { text: `▲ ${amount} less error`, tone: 'good' }
    : { text: `▼ ${amount} more error`, tone: 'bad' };
}

/** As `overallImprovement` has it: null without a rate at either end, and when the first is 0. */
function whyNoImprovement(rates: readonly (number | null)[], unit: string): string {
  if (rates.length > 0 && rates.every((rate) => rate === null)) return 'unknown without ground truth';
  if (rates.length < 2) return `known after two ${unit}s with a character error rate`;
  if (rates[0] === 0) return `none possible: the first ${unit} made no error`;
  return `unknown: the ${rates[0] === null ? 'first' : 'last'} ${unit} has no character error rate`;
}

function unit(byEpoch: boolean): string {
  return byEpoch ? 'epoch' : 'checkpoint';
}

function quiet(text: string): Improvement {
  return { text, tone: 'quiet' };
}
