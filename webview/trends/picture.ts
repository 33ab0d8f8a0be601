import { type Box, dashOf, type LegendEntry } from './overlay.ts';
import { type Palette, sourceColor } from './palette.ts';

/** What is written above a chart in its picture. */
export interface Caption {
  title: string;
  summary: string;
  legend: readonly LegendEntry[];
  /** Colour of the chart's own line. */
  stroke: string;
}

const margin = 16;
const lineHeight = 20;

/**
 * A chart as it is drawn now, with its caption, on the theme's background.
 *
 * @returns PNG as base64
 */
export function pictureOf(
  chart: HTMLCanvasElement,
  { title, summary, legend, stroke }: Caption,
  palette: Palette,
): string {
  const scale = chart.clientWidth === 0 ? 1 : chart.width / chart.clientWidth;
  const lines = 2 + legend.length;
  const picture = document.createElement('canvas');
  picture.width = chart.width + 2 * margin * scale;
  picture.height = chart.height + (lines * lineHeight + 2.5 * margin) * scale;
  const context = picture.getContext('2d');
  if (context === null) throw new Error('This browser has no canvas to draw a picture on.');
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, picture.width, picture.height);
  context.scale(scale, scale);
  context.textBaseline = 'middle';

  let y = margin + lineHeight / 2;
  const write = (text: string, style: string, x = margin) => {
    context.font = `${style} 13px ${palette.font}`;
    context.fillStyle = palette.text;
    context.fillText(text, x, y, picture.width / scale - margin - x);
    y += lineHeight;
  };
  write(title, 'bold');
  write(summary, 'normal');
  for (const { text, look, line } of legend) {
    if (look === 'improved' || look === 'regressed' || look === 'unchanged') {
      drawBox(context, look, y, palette);
      write(text, 'normal', margin + 32);
      continue;
    }
    context.setLineDash(dashOf[look]);
    context.lineWidth = 2;
    context.strokeStyle = line === undefined ? (look === 'solid' ? stroke : palette.text) : sourceColor(palette, line);
    context.beginPath();
    context.moveTo(margin, y);
    context.lineTo(margin + 24, y);
    context.stroke();
    write(text, 'normal', margin + 32);
  }
  context.drawImage(chart, margin, y + margin / 2 - lineHeight / 2, chart.width / scale, chart.height / scale);
  return picture.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

/** A bar as the chart has it, in the middle of where a line would be. */
function drawBox(context: CanvasRenderingContext2D, look: Box, y: number, { lines, text }: Palette) {
  const [x, side] = [margin + 7, 10];
  context.setLineDash([]);
  context.lineWidth = 1;
  context.strokeStyle = text;
  context.fillStyle = look === 'improved' ? lines.exact : lines.cer;
  if (look === 'unchanged') context.strokeRect(x + 0.5, y - side / 2 + 0.5, side - 1, side - 1);
  else context.fillRect(x, y - side / 2, side, side);
}
