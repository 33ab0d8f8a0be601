import type { Row } from '../../../../src/panel/protocol/table.ts';
import { type Hit, hitsIn } from '../../../texts/foundText.ts';
import { differencesBehind, type LeftOut, leftOut } from './excerpts.ts';

/** The columns of long texts. */
export const textColumns = ['prompt', 'groundTruth', 'prediction'] as const;
export type TextColumn = (typeof textColumns)[number];

/** How many characters a cell of a column shows, about. */
export type CellRoom = Readonly<Record<TextColumn, number>>;

/** What cells of a row leave out of their texts, to show more than their beginnings. */
export type CellCuts = Readonly<Partial<Record<TextColumn, LeftOut>>>;

export const noCuts: CellCuts = {};

/** Of a cell's room a note before its text takes so many characters; so many are left to the text. */
const note = 24;
const fewest = 16;
/** On longer pages texts are not held against each other. */
const mostRows = 100;

/**
 * What is left out of the texts of a page where the beginnings of different texts look alike: prompts among themselves, and
 * answers with each other and with the ground truths. A text that holds what is searched for shows that, wherever it stands.
 *
 * @param found null where nothing is searched for
 */
export function cellCuts(
  rows: readonly Row[],
  room: CellRoom | null,
  found: RegExp | null = null,
): ReadonlyMap<string, CellCuts> {
  const made = new Map<string, CellCuts>();
  if (room === null || (rows.length > mostRows && found === null)) return made;
  const hasNotes = rows.some(
    ({ reasoning, superseded, cutOff }) => reasoning !== null || superseded !== null || cutOff === true,
  );
  const roomOf = (column: TextColumn): number =>
    column === 'prediction' && hasNotes ? Math.max(fewest, room.prediction - note) : room[column];
  const answerRoom = Math.min(roomOf('groundTruth'), roomOf('prediction'));
  const held = rows.length > mostRows ? [] : rows;
  const prompts = differencesBehind(
    held.map(({ prompt }) => prompt),
    room.prompt,
  );
  const answers = differencesBehind(
    held.flatMap(({ prediction, groundTruth }) => [prediction, ...(groundTruth === null ? [] : [groundTruth])]),
    answerRoom,
  );
  if (prompts.size === 0 && answers.size === 0 && found === null) return made;
  for (const row of rows) {
    const cuts: { [C in TextColumn]?: LeftOut } = {};
    for (const column of textColumns) {
      const text = row[column];
      if (text === null || text.length <= roomOf(column)) continue;
      const hit = found === null ? undefined : firstHit(row, column, text, found);
      // One in the beginning is seen as it is.
      if (hit !== undefined && hit[1] <= roomOf(column)) continue;
      const place = hit?.[0] ?? (column === 'prompt' ? prompts : answers).get(text);
      if (place === undefined) continue;
      const cut = leftOut(text, place, roomOf(column));
      if (cut !== null) cuts[column] = cut;
    }
    if (Object.keys(cuts).length > 0) made.set(row.id, cuts);
  }
  return made;
}

/** Rows stay the same objects from page to page: each is searched once, and an arrival costs none of it. */
const known = new WeakMap<RegExp, WeakMap<Row, { [C in TextColumn]?: Hit | null }>>();

function firstHit(row: Row, column: TextColumn, text: string, found: RegExp): Hit | undefined {
  const rows: NonNullable<ReturnType<typeof known.get>> = known.get(found) ?? new WeakMap();
  known.set(found, rows);
  const hits: NonNullable<ReturnType<typeof rows.get>> = rows.get(row) ?? {};
  rows.set(row, hits);
  let hit = hits[column];
  if (hit === undefined) {
    hit = hitsIn(text, found, 1)[0] ?? null;
    hits[column] = hit;
  }
  return hit ?? undefined;
}

export function isSameCuts(a: CellCuts, b: CellCuts): boolean {
  return a === b || textColumns.every((column) => a[column]?.join() === b[column]?.join());
}
