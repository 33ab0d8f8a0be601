import { CellError, jsonOf, textOf } from '../cells.ts';
import { type CellChat, canonical, cellChat, chatText, partOf, replyStart, wholeText } from '../chatCells.ts';
import { type Mapping, namesChat, plain } from '../columns.ts';
import { isObject } from '../rows.ts';
import { choiceOf, choiceScores, promptOfArguments, rightChoice } from './harness.ts';
import { pythonLiteral } from './pythonLiteral.ts';

type Cells = Readonly<Record<string, unknown>>;

/** What a row says in words: its prompt, the model's answer, the right one. */
export interface RowTexts {
  readonly prompt: string | null;
  readonly prediction: string | null;
  readonly ground_truth?: string | null;
  /** The prompt and the answer as messages, where they are. */
  readonly messages?: readonly unknown[];
  readonly answer?: readonly unknown[];
  /** Of choices. */
  readonly scores?: Readonly<Record<string, number | null>>;
  /** Columns whose whole is told by these. */
  readonly told: ReadonlySet<string>;
  /** What the prompt is told from others by. */
  readonly asked: string;
}

/** Columns whose pictures belong to the prompt. */
const pictures: ReadonlySet<string> = new Set([
  ...['image', 'images', 'imagepath', 'imageurl', 'audio', 'audios', 'video', 'videos'],
]);

/**
 * Puts a row's texts together from the columns that hold them.
 *
 * @param cells with JSON in columns of texts read
 * @throws CellError
 */
export function textsOf(cells: Cells, { roles }: Mapping): RowTexts {
  const told = new Set<string>();
  const cell = (column: string | undefined): unknown => (column === undefined ? undefined : cells[column]);
  const isRequest = plain(roles.prompt ?? '') === 'arguments';
  const choice = isRequest ? choiceOf(cells) : undefined;
  const isOwnName = roles.prediction !== undefined && plain(roles.prediction) === 'prediction';
  const form = isOwnName ? formOfAnswer(cells, roles.ground_truth) : undefined;
  if (form !== undefined && roles.ground_truth !== undefined) told.add(roles.ground_truth);
  const hasTruth = roles.ground_truth !== undefined && form === undefined;
  const truth = hasTruth ? truthOf(cells, roles.ground_truth ?? '', choice) : undefined;
  let answer = form ?? cellChat(cell(roles.prediction));
  let prediction = choice === undefined ? textOf(cell(roles.prediction)) : (choice.choices[choice.chosen] ?? null);
  let ground = truth;
  const chat = cellChat(isRequest ? promptOfArguments(cell(roles.prompt)) : cell(roles.prompt));
  let messages = chat;
  if (chat !== undefined && roles.prompt !== undefined) {
    const start = replyStart(chat);
    const reply = partOf(chat, start);
    if (roles.prompt === roles.prediction) {
      if (start === 0 || reply === undefined) throw new CellError('this chat has no answer at its end');
      answer = reply;
      prediction = chatText(reply);
      messages = partOf(chat, 0, start);
    } else if (start > 0 && reply !== undefined) {
      // What stands at the end of a chat is no part of what was asked: it is the right answer, or the model's.
      const said = chatText(reply);
      if (namesChat(roles.prompt) || said === truth) messages = partOf(chat, 0, start);
      if (namesChat(roles.prompt) && ground == null && said !== prediction) ground = said;
    }
    if (!isRequest) told.add(roles.prompt);
  }
  if (answer !== undefined && form === undefined && roles.prediction !== undefined) told.add(roles.prediction);
  const asked = choice === undefined ? promptOf(cells, roles.prompt) : textOf(choice.prompt);
  const prompt = messages === undefined ? asked : chatText(messages);
  return {
    prompt,
    prediction,
    ...(ground === undefined ? {} : { ground_truth: ground }),
    ...(messages === undefined ? {} : { messages: messages.messages }),
    ...(answer === undefined ? {} : { answer: answer.messages }),
    ...(choice === undefined ? {} : { scores: choiceScores(choice) }),
    told,
    asked: askedOf(cells, prompt ?? '', messages ?? cellChat(cells['messages'])),
  };
}

/** A prompt that is a text: an instruction has what it is about below it. */
function promptOf(cells: Cells, column: string | undefined): string | null {
  if (column === undefined) return null;
  const cell = cells[column];
  if (plain(column) === 'arguments') return textOf(promptOfArguments(cell) ?? cell);
  const text = textOf(cell);
  if (plain(column) !== 'instruction' || text === null) return text;
  const input = Object.keys(cells).find((name) => plain(name) === 'input');
  const below = input === undefined ? null : textOf(cells[input]);
  return below === null || below.trim() === '' ? text : `${text}\n${below}`;
}

/** Beside `prediction`, an `answer` that is a list of messages is the prediction's own form and no right answer. */
function formOfAnswer(cells: Cells, column: string | undefined): CellChat | undefined {
  return column !== undefined && plain(column) === 'answer' && Array.isArray(cells[column])
    ? cellChat(cells[column])
    : undefined;
}

function truthOf(cells: Cells, column: string, choice: ReturnType<typeof choiceOf>): string | null {
  const right = choice === undefined ? undefined : rightChoice(choice, cells[column]);
  return right ?? textOf(cells[column]);
}

/** The right answer where a reinforcement trainer keeps it: `env_extras.reward_spec.ground_truth`. */
export function hiddenTruth(cells: Cells): string | null {
  const extras = cells['env_extras'];
  const spec = isObject(extras) ? extras['reward_spec'] : cells['reward_model'];
  return isObject(spec) && 'ground_truth' in spec ? textOf(spec['ground_truth']) : null;
}

/** A chat is told from another by all of it, pictures and their addresses too. */
function askedOf(cells: Cells, prompt: string, messages: CellChat | undefined): string {
  return wholeText(prompt, messages) + picturesOf(cells);
}

/** What tells two prompts of the same words apart, where pictures and the like stand in columns beside them. */
export function picturesOf(cells: Cells): string {
  return Object.keys(cells)
    .filter((name) => pictures.has(plain(name)) && cells[name] != null && !isEmpty(cells[name]))
    .sort()
    .map((name) => `\n${name} ${canonical(cells[name])}`)
    .join('');
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** A text that holds a chat or the like as JSON, or as Python writes it: CSV has no other form for it. */
export function structured(cell: string): unknown {
  if (!/^\s*[[{]/.test(cell)) return cell;
  const value = jsonOf(cell.trim()) ?? pythonLiteral(cell);
  return typeof value === 'object' && value !== null ? value : cell;
}

/** As `structured`, where the text is a chat alone. */
export function chatIn(cell: string): unknown {
  if (!/^\s*(\[\s*)?\{/.test(cell)) return cell;
  const value = structured(cell);
  return cellChat(value) === undefined ? cell : value;
}
