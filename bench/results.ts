import { cpus, totalmem } from 'node:os';
import type { Result } from './report.ts';

/** The kept record of a whole run of a command, which took so many minutes, in Markdown. */
export function results(rows: readonly Result[], command: string, minutes: number): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const machine = `${cpus().length} cores, ${gigabytes} GB`;
  return `# Results

Made by \`npm run ${command}\` on ${new Date().toISOString().slice(0, 10)} in ${minutes.toFixed(1)} minutes: Node ${process.versions.node}, SQLite
${process.versions['sqlite'] ?? '?'}, ${process.platform} ${process.arch}, ${machine}.
A ratio is ours by the peer's, from the same run; where both were measured in turn, it is the median of each turn's. Medians; spread is largest less smallest by the median.

${table(rows)}

Beside these figures, in the units of their rows where none is named:

${besides(rows)}
${command === 'bench' ? '\n![Cost per event over job size](cost-per-event.svg)\n' : ''}`;
}

export function table(rows: readonly Result[]): string {
  const head = ['row', 'measured', 'ours', 'peer or limit', 'ratio', 'target', 'met', 'runs', 'spread'];
  const lines = rows.map((row) => [
    row.name,
    row.measured,
    `${shown(row.ours)} ${row.unit}`,
    row.peer === null ? '' : `${row.peer.name}: ${shown(row.peer.value)}`,
    row.ratio === null ? '' : String(row.ratio),
    row.target,
    row.met ? 'yes' : row.limit === undefined ? '**no**' : `no: ${row.limit}`,
    String(row.runs),
    String(row.spread),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What a row tells beside the figure that counts. */
function besides(rows: readonly Result[]): string {
  return rows
    .map(({ name, more = {} }) => [name, Object.entries(more).filter(([key]) => key !== 'load')] as const)
    .filter(([, figures]) => figures.length > 0)
    .map(
      ([name, figures]) =>
        `- ${name}: ${figures.map(([key, value]) => `${key} ${typeof value === 'number' ? shown(value) : value}`).join(', ')}`,
    )
    .join('\n');
}

/** What could not be measured is null in JSON. */
const shown = (value: number | null) => value?.toLocaleString('en-US', { maximumFractionDigits: 3 }) ?? '?';

/** The rows named `event-cost…` carry their figures by job size: `more` holds `1000: µs` and so on. */
export function plot(rows: readonly Result[]): string | undefined {
  const lines = rows
    .filter(({ name }) => name.startsWith('event-cost'))
    .map(({ name, more = {} }) => ({
      name,
      points: Object.entries(more)
        .filter(([size]) => /^\d+$/.test(size))
        .map(([size, cost]) => ({ size: Number(size), cost: Number(cost) })),
    }))
    .filter(({ points }) => points.length > 1);
  if (lines.length === 0) return undefined;
  const all = lines.flatMap(({ points }) => points);
  const [left, right] = [Math.min(...all.map(({ size }) => size)), Math.max(...all.map(({ size }) => size))];
  const top = Math.max(...all.map(({ cost }) => cost)) * 1.25;
  const x = (size: number) => 60 + (Math.log(size / left) / Math.log(right / left)) * 500;
  const y = (cost: number) => 250 - (cost / top) * 220;
  const colours = ['#0b6bcb', '#c2410c', '#15803d', '#7e22ce'];
  const drawn = lines.map(({ name, points }, index) => {
    const colour = colours[index % colours.length];
    const path = points.map(({ size, cost }) => `${x(size).toFixed(1)},${y(cost).toFixed(1)}`).join(' ');
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>
<text x="64" y="${22 + index * 16}" fill="${colour}">${name}</text>`;
  });
  const sizes = [...new Set(all.map(({ size }) => size))].sort((a, b) => a - b);
  const ticks = sizes.map((size) => `<text x="${x(size)}" y="270" text-anchor="middle">${shown(size)}</text>`);
  const costs = [0, top / 2, top].map(
    (cost) => `<text x="54" y="${y(cost) + 4}" text-anchor="end">${shown(cost)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300" font-family="sans-serif" font-size="12" fill="#444">
<title>Cost per event over job size</title>
<rect width="600" height="300" fill="#fff"/>
<path d="M60 20V250H580" fill="none" stroke="#888"/>
${[...ticks, ...costs, ...drawn].join('\n')}
<text x="320" y="292" text-anchor="middle">predictions held</text>
<text x="64" y="14">µs per event</text>
</svg>
`;
}
