import type { ChartOptions } from 'chart.js';
import type { Formats } from '../texts/formats.ts';
import type { Palette } from './palette.ts';

/** What all charts have in common: they follow the theme, fill their place and do not move. */
export function sharedOptions(palette: Palette) {
  const font = { family: palette.font };
  const tooltip = {
    displayColors: false,
    backgroundColor: palette.background,
    borderColor: palette.border,
    borderWidth: 1,
    titleColor: palette.text,
    bodyColor: palette.text,
    titleFont: font,
    bodyFont: font,
    // One text for an epoch, however many lines or bars it has.
    filter: (_item: unknown, index: number): boolean => index === 0,
  };
  return {
    options: { animation: false, responsive: true, maintainAspectRatio: false } satisfies ChartOptions,
    axis: { grid: { color: palette.grid }, border: { color: palette.grid } },
    ticks: { color: palette.text, font },
    title: { display: true, text: 'Epoch', color: palette.text, font },
    tooltip,
  };
}

/** Shows with the pointer that a click would do something. */
export function pointAt(canvas: HTMLCanvasElement, something: boolean): void {
  canvas.style.cursor = something ? 'pointer' : '';
}

/** The first digits of the values that a logarithmic axis names. */
const namedDigits: ReadonlySet<number> = new Set([1, 1.5, 2, 3, 5, 7]);

/** What stands beside a line of a logarithmic axis: there is no room for all of them. */
export function logTick(value: number, formats: Formats): string | null {
  const digits = Number((value / 10 ** Math.floor(Math.log10(value))).toPrecision(3));
  return namedDigits.has(digits) ? formats.figure(value) : null;
}
