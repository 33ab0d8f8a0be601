import { rowReply } from '../../model/chats/rowChats.ts';
import { type Room, type ShownChat, shownChat } from '../../model/chats/shownChat.ts';
import { cutOffOf } from '../../model/completions.ts';
import type { ReasoningTags } from '../../model/reasoning.ts';
import type { RowTable } from '../../store/rowTable.ts';
import type { Prediction } from '../../wire/prediction.ts';
import type { AnswerForm, CutAnswer, ReasoningText } from '../protocol/texts.ts';
import { cell, cutLength } from './cell.ts';

/** A reply as it is shown and compared. */
export interface AnswerText extends AnswerForm {
  /** The final answer, or all that was said. */
  readonly text: string;
  readonly reasoning: ReasoningText | null;
  /** Names the text among those of its prediction. */
  readonly part: string;
}

/** What of a row its reply is made of. */
export type RepliedRow = Pick<Prediction, 'prediction'> & Partial<Prediction>;

/** @param finalOnly reasoning, and what went before in a chat, stand apart from the text */
export function answerText(
  row: RepliedRow,
  tags: readonly ReasoningTags[] | undefined,
  finalOnly: boolean,
  room: Room,
): AnswerText {
  const reply = rowReply(row, tags, cutOffOf(row) !== null);
  const { reasoning, ended, answer, whole, endsInCalls } = reply;
  const before = turnsBefore(reply, tags, room);
  if (reasoning === null && before === undefined) return { text: row.prediction, reasoning: null, part: '' };
  const told = reasoning === null ? null : { characters: reasoning.length, ended };
  if (!finalOnly) {
    return {
      text: whole,
      reasoning: told && { ...told, text: null },
      part: whole === row.prediction ? '' : ' whole',
      ...(before === undefined ? {} : { turns: null }),
    };
  }
  return {
    text: answer,
    reasoning: told && { ...told, text: reasoning },
    part: ` last ${answer.length}`,
    ...(before === undefined ? {} : { turns: before }),
    ...(endsInCalls ? { endsInCalls } : {}),
  };
}

/** The messages of an answer that stand before its final one; undefined where there are none. */
function turnsBefore(
  { chat, last, endsInCalls }: ReturnType<typeof rowReply>,
  tags: readonly ReasoningTags[] | undefined,
  room: Room,
): ShownChat | undefined {
  if (chat === null || last === null || (chat.length === 1 && !endsInCalls)) return undefined;
  return shownChat(chat, tags, room, { place: last, what: endsInCalls ? 'reasoning' : 'message' });
}

/** A row of the table, read only as far as its reply needs it. */
export function repliedRow(table: RowTable, row: number): RepliedRow {
  return table.mayHaveForm(row) ? table.read(row) : { prediction: table.prediction(row) };
}

/** The same as a list of many carries it. */
export function cutAnswer({ text, reasoning, turns, endsInCalls }: AnswerText): CutAnswer {
  const characters = cutLength(text);
  const cut = reasoning?.text == null ? reasoning : { ...reasoning, text: cell(reasoning.text) };
  return {
    prediction: cell(text),
    ...(characters === undefined ? {} : { characters }),
    reasoning: cut,
    ...(turns === undefined ? {} : { turns }),
    ...(endsInCalls === undefined ? {} : { endsInCalls }),
  };
}
