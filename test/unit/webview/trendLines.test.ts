import assert from 'node:assert/strict';
import fc from 'fast-check';
import { smoothed } from '../../../src/model/smoothing.ts';
import type { ChartPoint } from '../../../src/panel/protocol/trends.ts';
import { coordinates, drawingOf, lonely } from '../../../webview/trends/lines/drawing.ts';
import { pointAt, type SourceLine, sourceLines } from '../../../webview/trends/lines/sourceLines.ts';
import { chartPoint, plainTrend } from '../../support/chartPoint.ts';

const at = (epoch: number, step: number, source = ''): ChartPoint =>
  chartPoint(epoch, { cer: step / 1e6 }, { step, source });
const cer = plainTrend('cer');
const how = { smoothing: 0, log: false };

function only(lines: readonly SourceLine[]): SourceLine {
  assert.equal(lines.length, 1);
  return lines[0] as SourceLine;
}

describe('the lines of a chart', () => {
  it('are one for each source, by name, at their steps', () => {
    const points = [at(0, 50, 'a'), at(0, 50, 'b'), at(0, 100, 'b'), at(1, 150, 'a')];
    const { lines, leftOut } = sourceLines(points, 'step', null);
    assert.deepEqual(
      lines.map(({ source, xs }) => [source, [...xs]]),
      [
        ['a', [50, 150]],
        ['b', [50, 100]],
      ],
    );
    assert.equal(leftOut, 0);
    assert.deepEqual(
      sourceLines(points, 'step', 'b').lines.map(({ source }) => source),
      ['b'],
    );
    assert.deepEqual(sourceLines(points, 'step', 'gone').lines, []);
  });

  it('are the first eight of more sources, with how many are left out', () => {
    const points = Array.from({ length: 11 }, (_, index) => at(0, 1, `task ${String(index).padStart(2, '0')}`));
    const { lines, leftOut } = sourceLines(points, 'step', null);
    assert.deepEqual([lines.length, lines[7]?.source, leftOut], [8, 'task 07', 3]);
  });

  it('have the checkpoints of an epoch at equal distances between it and the next', () => {
    const points = [
      at(0, 10, 'a'),
      at(0, 10, 'b'),
      at(0, 20, 'a'),
      at(2, 30, 'a'),
      at(3, 1, 'a'),
      at(3, 2, 'b'),
      at(3, 5, 'a'),
    ];
    const { lines } = sourceLines(points, 'epoch', null);
    assert.deepEqual(
      lines.map(({ xs }) => [...xs]),
      [
        [0, 0.5, 2, 3, 3 + 2 / 3],
        [0, 3 + 1 / 3],
      ],
    );
  });

  it('go from left to right also where steps begin anew with each epoch', () => {
    const line = only(sourceLines([at(0, 10), at(0, 20), at(1, 10), at(1, 30)], 'step', null).lines);
    assert.deepEqual([...line.xs], [10, 10, 20, 30]);
    assert.deepEqual(
      line.points.map(({ epoch, step }) => [epoch, step]),
      [
        [0, 10],
        [1, 10],
        [0, 20],
        [1, 30],
      ],
    );
    assert.equal(line.isInOrder, false);
  });

  it('find the point at a place, and none between two', () => {
    const line = only(sourceLines([at(0, 10), at(0, 20)], 'step', null).lines);
    assert.deepEqual(
      [10, 15, 20, 25].map((x) => pointAt(line, x)?.step),
      [10, undefined, 20, undefined],
    );
  });
});

describe('what a chart draws of a line', () => {
  const line = (points: readonly ChartPoint[]) => only(sourceLines(points, 'epoch', null).lines);

  it('is every value of a short one, with the edges of its band', () => {
    const drawing = drawingOf(line([chartPoint(0, { cer: [0.5, 0.25, 1] }), chartPoint(1)]), cer, how);
    assert.deepEqual(
      [drawing.line, drawing.low, drawing.high].map((list) => list.map(({ y }) => y)),
      [
        [0.5, null],
        [0.25, null],
        [1, null],
      ],
    );
    assert.deepEqual(drawing.raw, []);
  });

  it('is the smoothed line before the one that was told', () => {
    const values = [1, 0, 0.5, 0.25];
    const drawing = drawingOf(line(values.map((value, epoch) => chartPoint(epoch, { cer: value }))), cer, {
      ...how,
      smoothing: 0.6,
    });
    assert.deepEqual(
      drawing.line.map(({ y }) => y),
      [...smoothed(Float64Array.from(values), 0.6)],
    );
    assert.deepEqual(
      drawing.raw.map(({ y }) => y),
      values,
    );
  });

  it('has gaps for what a logarithmic axis has no place for, counts them, and ends its band at what is drawn', () => {
    const points = [
      [0, 0, 0.5],
      [0.25, 0, 1],
      [0.1, -1, 0.2],
    ].map((cerOf, epoch) => chartPoint(epoch, { cer: cerOf as [number, number, number] }));
    const drawing = drawingOf(line(points), cer, { ...how, log: true });
    assert.equal(drawing.unplaced, 1);
    assert.deepEqual(
      [drawing.line, drawing.low, drawing.high].map((list) => list.map(({ y }) => y)),
      [
        [null, 0.25, 0.1],
        [0.1, 0.1, 0.1],
        [0.5, 1, 0.2],
      ],
    );
  });

  it('is of thousands of points no more than can be seen, with every spike, in order, to the last point', () => {
    const value = fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.constant(Number.NaN));
    const list = fc.array(value, { minLength: 501, maxLength: 3000 });
    fc.assert(
      fc.property(list, (values) => {
        const xs = Float64Array.from(values, (_, index) => index * 10);
        const kept = coordinates(xs, Float64Array.from(values), 'both');
        assert.ok(kept.length <= 502, `${kept.length}`);
        assert.ok(kept.every(({ at: place }, index) => index === 0 || place > (kept[index - 1]?.at ?? -1)));
        assert.deepEqual([kept[0]?.at, kept.at(-1)?.at], [0, values.length - 1]);
        const numbers = (all: readonly (number | null)[]) => all.filter((one) => one !== null && !Number.isNaN(one));
        const [all, drawn] = [numbers(values) as number[], numbers(kept.map(({ y }) => y)) as number[]];
        assert.equal(Math.min(...drawn), Math.min(...all));
        assert.equal(Math.max(...drawn), Math.max(...all));
      }),
      { numRuns: 30 },
    );
  });

  it('has a wide gap of thousands of points, and not a narrow one', () => {
    const count = 6000;
    const xs = Float64Array.from({ length: count }, (_, index) => index);
    const values = Float64Array.from(xs, (x) => (x === 5 || (x > 2000 && x < 3000) ? Number.NaN : 1));
    const kept = coordinates(xs, values, 'both');
    const gaps = kept.filter(({ y }) => y === null).map(({ x }) => x);
    assert.ok(gaps.length > 30 && gaps.every((x) => x > 1990 && x < 3000), gaps.join());
    for (const keep of ['low', 'high'] as const) assert.ok(coordinates(xs, values, keep).length <= 127);
  });

  it('shows a value between two gaps by a dot', () => {
    const list = [null, 1, null, 2, 3, null, 4].map((y, x) => ({ x, y, at: x }));
    assert.deepEqual([...lonely(list)], [1, 6]);
  });
});
