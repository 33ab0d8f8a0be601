/** What the Predictions tab is told. */
import type { CutOff } from '../../model/completions.ts';
import type { Mark } from '../../model/marks.ts';
import type { SampleKey } from '../../model/samples.ts';
import type { EpochSummary } from '../../wire/responses.ts';
import type {
  AnswerForm,
  CutAnswer,
  DifferencePart,
  ErrorPlace,
  JsonForm,
  PromptForm,
  Reasoning,
  WholeTexts,
} from './texts.ts';

/** What has taken the place of rows: a later start of the training, or a later writing of their checkpoint. */
export type SupersededBy = 'start' | 'revision';

/** The completions of a sample at a checkpoint, in figures of the deciding score. */
export interface GroupFigures {
  completions: number;
  /** Null where none of them has the score. `best` and `worst` are the largest and the smallest where neither is better. */
  judged: { mean: number; best: number; worst: number; spread: number; teachesNothing: boolean } | null;
}

/** One line of the table. Texts are cut at `cellCharacters`. Of a group its scores are means. */
export interface Row extends Pick<AnswerForm, 'endsInCalls'> {
  id: string;
  epoch: number;
  step: number;
  /** What is asked. */
  sample: SampleKey;
  /** What the sample is called by. */
  sampleIndex: number;
  /** Empty where the row names none. */
  source: string;
  /** Of a chat what it asks. */
  prompt: string;
  /** The prompt is a chat, of which more than `prompt` can be read. Absent where it is not. */
  isChat?: true;
  /** It ended for want of room; absent where it did not, and of a group. */
  cutOff?: true;
  groundTruth: string | null;
  /** The final answer. */
  prediction: string;
  /** What it leaves out. */
  reasoning: Reasoning | null;
  charErrorRate: number | null;
  exactMatch: number | null;
  validationPass: boolean | null;
  /** Null for a single prediction. */
  group: (GroupFigures & { validation: number | null }) | null;
  superseded: SupersededBy | null;
  /** Values of the `score:` columns that are shown, in their order, as far as the row has them. */
  scores: (readonly [name: string, value: number])[];
  /** By the deciding score, against the sample's answers of the checkpoint before; null where one of the two has none. */
  mark: Mark | null;
}

/** How many rows a checkpoint has. */
export interface CheckpointCount {
  epoch: number;
  step: number;
  predictions: number;
}

/**
 * A page of the table. `total` counts the rows the filter shows, `newRows` those that wait behind a held page. `version`
 * grows as rows arrive (their number in order of arrival serves). `held`: the host knows that the reader holds the
 * page; one that it sent before it knew must not be shown.
 */
export interface Page {
  version: number;
  held: boolean;
  offset: number;
  rows: Row[];
  total: number;
  newRows: number;
  /** Those that the page before this one did not tell of as they are now; all of them where `allEpochs` is set. */
  epochs: EpochSummary[];
  allEpochs: boolean;
  /** Likewise, newest first; none as long as every epoch has one step. */
  checkpoints: CheckpointCount[];
  allCheckpoints: boolean;
  /** Predictions of all epochs, whatever the filters show. */
  stored: number;
  /** The filter is still being applied: rows and `total` are not final. */
  searching: boolean;
  /** A line is a group of completions. */
  grouped: boolean;
}

/** One of the completions of an open group. */
export interface GroupMember extends CutAnswer {
  id: string;
  /** Among the completions in their order, from 1. */
  place: number;
  cutOff: CutOff | null;
  /** The scores of the job's own, and the deciding one; all of a job without any. */
  scores: (readonly [name: string, value: number])[];
}

/** The completions of an open group. */
export interface GroupDetail extends PromptForm {
  /** Cut at `cellCharacters`, as the prompt. */
  groundTruth: string | null;
  /** How long the ground truth is that this is the beginning of; absent where it is all of it. */
  truthCharacters?: number;
  /** Best first by the deciding score; those without it last. */
  completions: GroupMember[];
}

/** The full texts of an open row. */
export interface RowDetail extends WholeTexts, JsonForm {
  id: string;
  cutOff: CutOff | null;
  validationKind: string | null;
  /** One line each. */
  validationErrors: string[];
  /** Where in the prediction they are, where that is JSON and they say so: ascending, from a character to before another. */
  errorPlaces?: ErrorPlace[];
  promptTokens: number | null;
  completionTokens: number | null;
  latencyMs: number | null;
  createdAt: string;
  /** From the ground truth to the prediction; null without a ground truth, and where it took too long to find. */
  difference: DifferencePart[] | null;
}
