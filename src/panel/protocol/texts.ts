/** Prompts and answers as they travel: as texts, chats and differences, cut or whole. */
import type { ShownChat } from '../../model/chats/shownChat.ts';

/** A cell carries at most this many characters; the full text follows when its row opens. */
export const cellCharacters = 2000;

/** A piece of a difference. `same` and `added` pieces make up the second text, `same` and `removed` ones the first. */
export interface DifferencePart {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Where something is wrong in a text: from the first character to before the other. */
export type ErrorPlace = readonly [from: number, to: number];
/** More are not told of one text. */
export const mostErrorPlaces = 50;

/** What a key of a JSON value was and is, on one line; null where it is not there. */
export interface KeyChange {
  /** `a.b[0]`; `$` for the whole value. */
  path: string;
  from: string | null;
  to: string | null;
}

/** How one JSON value differs from another as data. */
export interface KeyDifference {
  changes: KeyChange[];
  /** How many others there are. */
  more: number;
}

/** What is compared where both are JSON. */
export interface JsonForm {
  /** Absent where one of the two is no JSON; null where the view compares them as texts. */
  byKey?: KeyDifference | null;
}

/** What a model thought before its final answer. */
export interface Reasoning {
  characters: number;
  ended: boolean;
}

/** The same with its text, cut like the answer beside it; null where that holds it. */
export interface ReasoningText extends Reasoning {
  text: string | null;
}

/** What of a reply that is a chat stands before its final answer. */
export interface AnswerForm {
  /** Calls of tools, their results, and what else was said; absent where there is nothing, null where the text holds it. */
  readonly turns?: ShownChat | null;
  /** The model called tools last: there is no final answer. Absent where it did not. */
  readonly endsInCalls?: true;
}

/** A prompt as a text, or as a chat. */
export interface PromptForm {
  /** Empty where it is a chat. */
  readonly prompt: string;
  /** How long the prompt is that this is the beginning of; absent where it is all of it. */
  readonly promptCharacters?: number;
  /** Absent where it is a text. */
  readonly promptChat?: ShownChat;
}

/** A reply as it travels among many. */
export interface CutAnswer extends AnswerForm {
  /** The final answer, or all that was said; cut at `cellCharacters`. */
  prediction: string;
  /** How long the answer is that `prediction` is the beginning of; absent where it is all of it. */
  characters?: number;
  reasoning: ReasoningText | null;
}

/** The texts of a prediction, whole. */
export interface WholeTexts extends PromptForm, AnswerForm {
  groundTruth: string | null;
  /** The final answer, or all that was said. */
  prediction: string;
  reasoning: ReasoningText | null;
}
