/** What the Comparison tab is told. */
import type { CutOff } from '../../model/completions.ts';
import type { Mark } from '../../model/marks.ts';
import type { SampleKey } from '../../model/samples.ts';
import type { GroupFigures, SupersededBy } from './table.ts';
import type { CutAnswer, DifferencePart, JsonForm } from './texts.ts';

/** Answers that are told, and drawn, before the others: about as many as a screen holds. */
export const answersAtOnce = 20;

export interface SampleSummary {
  key: SampleKey;
  /** What it is called by. */
  sampleIndex: number;
  /** Empty where its rows name none. */
  source: string;
  /** Cut at 120 characters. */
  prompt: string;
  /** How many answers it has: one an epoch, where nothing else is known. */
  epochs: number;
}

/** A score whose values are all 0 or 1: the chance that one completion passes, and that one of all does. */
export interface PassRates {
  name: string;
  one: number;
  all: number;
}

/** The completions that an answer stands for. */
export interface AnswerGroup extends GroupFigures {
  /** Of the scores whose values are all 0 or 1, the deciding one first. */
  passes: PassRates[];
  validation: number | null;
  /** Best first; null as long as they are not asked for. */
  opened: HistoryEntry[] | null;
}

/**
 * One answer to the sample that is compared. One that stands for several completions shows the best of them by the
 * deciding score, and the means of their scores.
 */
export interface HistoryEntry extends CutAnswer, JsonForm {
  /** Names it among those of its sample. */
  key: string;
  /** Of the prediction that is shown. */
  id: string;
  epoch: number;
  step: number;
  /** Of one of several completions: its place in their order, from 1. */
  place: number | null;
  group: AnswerGroup | null;
  superseded: SupersededBy | null;
  cutOff: CutOff | null;
  charErrorRate: number | null;
  validationPass: boolean | null;
  /** The scores of the job's own that it has, and the deciding one, in the order of `scores`; no field tells these. */
  scores: (readonly [name: string, value: number])[];
  /** By the deciding score, against the answers of the checkpoint before; null where one of the two has none. */
  mark: Mark | null;
  /** From what the view compares with to the prediction; null where there is nothing to compare with. */
  difference: DifferencePart[] | null;
}
