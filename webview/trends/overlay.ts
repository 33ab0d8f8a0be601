import type { ChartPoint } from '../../src/panel/protocol/trends.ts';
import type { HostMessageOf } from '../../src/panel/protocol.ts';
import { plainName } from '../../src/plainText.ts';
import type { Choice } from '../controls/choice.ts';
import type { SourceLine } from './lines/sourceLines.ts';

/** Another job, laid over this one. */
export interface Overlay {
  title: string;
  lines: readonly SourceLine[];
}

/** What can be laid over, and what of it is: a job that is no longer watched is not. */
export function overlayChoices(
  others: HostMessageOf<'trends'>['others'],
  chosen: string | null,
): { choices: Choice[]; chosen: string } {
  const none = others.length === 0 ? 'none (no other job is watched)' : 'none';
  return {
    choices: [{ value: '', text: none }, ...others.map(({ key, title }) => ({ value: key, text: plainName(title) }))],
    chosen: others.find(({ key }) => key === chosen)?.key ?? '',
  };
}

/** A name as there is room for it on a canvas, which wraps nothing. */
export function clipped(name: string): string {
  const characters = [...plainName(name)];
  return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : characters.join('');
}

/** How a line or a bar is told from the others, by more than its colour. */
export type Stroke = 'solid' | 'dashed' | 'dotted';

/** A bar of what it counts. */
export type Box = 'improved' | 'regressed' | 'unchanged';

/** What a line or a bar of a chart stands for. */
export interface LegendEntry {
  text: string;
  /** As `data-look` of the sample (trends.css) and as a stroke, or a box, of a picture. */
  look: Stroke | Box;
  /** Which of the colours for lines it has; absent where it has the chart's own, or that of the text. */
  line?: number;
}

type LineLook = Omit<LegendEntry, 'text'> & { look: Stroke };

const strokes: readonly Stroke[] = ['solid', 'dashed', 'dotted'];
export const lineColors = 5;

/** How a line of the job itself looks. @param of how many there are */
export function ownLook(index: number, of: number): LineLook {
  if (of === 1) return { look: 'solid' };
  return { look: strokes[index % strokes.length] ?? 'solid', line: index % lineColors };
}

/** How a line of the job laid over it looks: always in the colour of the text, which none of the job's own has. */
export function overLook(index: number): LineLook {
  return { look: strokes[(index + 1) % strokes.length] ?? 'dashed' };
}

export const dashOf: Record<Stroke, number[]> = { solid: [], dashed: [5, 4], dotted: [2, 3] };

/** How a source is called; rows may name none. */
export function sourceName(source: string): string {
  return source === '' ? 'no source' : plainName(source);
}

/** The job laid over, and which of its sources. */
export function overlayName({ title, lines }: Overlay, { source }: SourceLine): string {
  return lines.length === 1 ? plainName(title) : `${plainName(title)}, ${sourceName(source)}`;
}

/** Which line is whose, and that the other job has none; empty where there is one line alone. */
export function legendOf(
  lines: readonly SourceLine[],
  overlay: Overlay | null,
  value: (point: ChartPoint) => number | null,
): readonly LegendEntry[] {
  if (overlay === null && lines.length < 2) return [];
  const named = (text: string, { points }: SourceLine): string =>
    points.some((point) => value(point) !== null) ? text : `${text} (no values)`;
  return [
    ...lines.map((line, index) => ({
      text: lines.length === 1 ? 'This job' : named(sourceName(line.source), line),
      ...ownLook(index, lines.length),
    })),
    ...(overlay?.lines ?? []).map((line, index) => ({
      text: overlay === null ? '' : named(overlayName(overlay, line), line),
      ...overLook(index),
    })),
  ];
}
