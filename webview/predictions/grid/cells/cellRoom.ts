import { element } from '../../../dom.ts';
import { type CellRoom, textColumns } from './cellCuts.ts';

/** Of a cell, around its text, in px. */
const padding = 14;
/** Lines break between words, so that they are seldom full. */
const fullness = 0.85;
const usualFont = 7.5;
const sample = 'The 2 {"a": 10} samples';

/**
 * How many characters the cells of long texts show, by what the browser has laid out. Columns that are not shown have
 * room for all.
 *
 * @param lines of text in a cell
 * @param cellOf a cell of each column, where there is one
 */
export function cellRoom(lines: number, cellOf: (kind: string) => HTMLElement | null): CellRoom {
  const room = textColumns.map((column) => {
    const cell = cellOf(column);
    if (cell === null) return [column, Number.POSITIVE_INFINITY] as const;
    const { fontSize, fontFamily } = getComputedStyle(cell);
    // Not `font`: it is empty where figures have a width of their own.
    const line = (cell.offsetWidth - padding) / characterWidth(`${fontSize} ${fontFamily}`);
    return [column, Math.max(12, Math.floor(line * (lines - 1 + fullness)))] as const;
  });
  return Object.fromEntries(room) as unknown as CellRoom;
}

const widths = new Map<string, number>();
let pen: CanvasRenderingContext2D | null = null;

/** The usual width of a character, in px. */
function characterWidth(font: string): number {
  const known = widths.get(font);
  if (known !== undefined) return known;
  pen ??= element('canvas').getContext('2d');
  if (pen === null) return usualFont;
  pen.font = font;
  const width = pen.measureText(sample).width / sample.length;
  widths.set(font, width);
  return width;
}
