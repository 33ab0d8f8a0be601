import assert from 'node:assert/strict';
import { bandOfScore, chartableScores, chartedMetrics, chartedScores } from '../../../src/panel/initialView.ts';
import type { ChartedScore, ChartPoint, ScorePoint } from '../../../src/panel/protocol/trends.ts';
import type { ScoreInfo } from '../../../src/panel/protocol.ts';
import { noScores, type Scores } from '../../../webview/scores.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { changesNote, newestBarsText, whyNoChanges } from '../../../webview/trends/changes/changes.ts';
import { changesTable, checkpointCount, tableCsv, trendTable } from '../../../webview/trends/chartTable.ts';
import { chartJudge, overallText } from '../../../webview/trends/improvement.ts';
import { type SourceLine, sourceLines } from '../../../webview/trends/lines/sourceLines.ts';
import { legendOf } from '../../../webview/trends/overlay.ts';
import { groupTrend, scoreTrends } from '../../../webview/trends/scoreTrends.ts';
import { headline, placeTexts, type Trend } from '../../../webview/trends/series.ts';

const formats = formatsFor('en');
const names = ['char_error_rate', 'exact_match', 'format_reward', 'kl', 'reward'];
const shares = new Set(['exact_match', 'format_reward']);
const told: ChartedScore[] = names.map((name) => {
  const isShare = shares.has(name);
  return { name, isShare, band: bandOfScore({ name, isShare }, null, names) };
});
const infos: ScoreInfo[] = names.map((name) => ({
  name,
  label: name === 'kl' ? 'KL divergence' : null,
  direction: name === 'kl' || name === 'char_error_rate' ? 'lower' : 'higher',
}));
const scores: Scores = { ...noScores, scores: infos, judge: 'reward', byEpoch: false, sources: ['train', 'val'] };
const trends = scoreTrends(told, names, scores);

function trend(title: string): Trend {
  const found = trends.find((candidate) => candidate.title === title);
  assert.ok(found, title);
  return found;
}

/** A checkpoint of epoch 0; `scores` by their names. */
function point(step: number, source: string, values: Record<string, ScorePoint>): ChartPoint {
  const list = names.map((name) => values[name] ?? null);
  return { epoch: 0, step, source, samples: 6, predictions: 24, scores: list };
}

const points = [
  point(50, 'train', { reward: [0.25, 6, 0, 0.5], format_reward: [0.5, 6], kl: [0.01, 6, 0, 0.02] }),
  point(50, 'val', { reward: [0.125, 2, 0, 0.25] }),
  point(1200, 'train', { reward: [0.75, 6, 0.5, 1], format_reward: [1, 6], kl: [0.04, 6, 0.01, 0.08] }),
  point(1200, 'val', { reward: [0.5, 2, 0.25, 0.75] }),
];
const { lines } = sourceLines(points, 'step', null);
const first = (of: readonly SourceLine[]) => of.slice(0, 1);

describe('the scores that have charts', () => {
  it('are at first the four of every job where it has no others, whatever it has of them', () => {
    const plain = ['char_error_rate', 'exact_match', 'word_overlap', 'validation_pass'];
    assert.deepEqual(chartedScores(null, []), plain);
    assert.deepEqual(chartedScores(null, ['exact_match', 'length_ratio', 'latency_ms']), plain);
    assert.deepEqual(chartableScores(['exact_match', 'latency_ms']), [...plain, 'latency_ms']);
  });

  it('are at first the known ones that have values and the first six others where it has', () => {
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const all = ['exact_match', 'latency_ms', ...others];
    assert.deepEqual(chartedScores(null, all), ['exact_match', 'latency_ms', ...others.slice(0, 6)]);
  });

  it('are those that the reader chose, as far as they are there, in the order of all', () => {
    assert.deepEqual(chartedScores(['reward', 'gone', '__proto__', 'kl'], ['__proto__', ...names]), [
      ...['__proto__', 'kl', 'reward'],
    ]);
    assert.deepEqual(chartedScores([], names), []);
  });

  it('are of a trainer’s figures the first twelve, or those that the reader chose', () => {
    const figures = Array.from({ length: 20 }, (_, index) => `train/${String(index).padStart(2, '0')}`);
    assert.deepEqual(chartedMetrics(null, figures), figures.slice(0, 12));
    assert.deepEqual(chartedMetrics(['train/19', 'x', 'train/02'], figures), ['train/02', 'train/19']);
  });
});

describe('the band of a score', () => {
  it('is that of the first edition in a job without scores of its own', () => {
    const plain = ['char_error_rate', 'exact_match', 'word_overlap', 'validation_pass'];
    const bands = plain.map((name) => bandOfScore({ name, isShare: false }, null, plain));
    assert.deepEqual(bands, ['range', null, null, null]);
  });

  it('goes from the 10th to the 90th percentile elsewhere, or as the reader likes, and is none of a share', () => {
    assert.deepEqual(
      told.map(({ band }) => band),
      ['percentiles', null, null, 'percentiles', 'percentiles'],
    );
    assert.equal(bandOfScore({ name: 'reward', isShare: false }, 'range', names), 'range');
    assert.equal(bandOfScore({ name: 'word_overlap', isShare: false }, 'range', ['word_overlap']), 'range');
  });

  it('goes, of a share, from the samples of which all completions pass to those of which any does', () => {
    for (const name of ['format_reward', 'exact_match', 'validation_pass']) {
      assert.equal(bandOfScore({ name, isShare: true }, 'range', names, true), 'passes');
    }
    assert.equal(bandOfScore({ name: 'char_error_rate', isShare: true }, null, names, true), 'percentiles');
    const [format] = scoreTrends([{ name: 'format_reward', isShare: true, band: 'passes' }], ['format_reward'], scores);
    const at = { epoch: 0, step: 50, source: '', samples: 4, predictions: 32, scores: [[0.5, 4, 0.25, 1] as const] };
    assert.deepEqual(format?.band?.headings, ['All pass', 'Any passes (pass@n)']);
    assert.ok(format !== undefined);
    assert.equal(
      placeTexts(format, 50, sourceLines([at], 'step', null).lines, null, false, formats)[1],
      'all pass 25.0%, any passes 100.0%',
    );
  });
});

describe('the chart of groups that teach nothing', () => {
  it('is of what the points tell behind their scores', () => {
    const groups = groupTrend(1, 'reward');
    const at = (scores: ChartPoint['scores']): ChartPoint => ({ ...point(50, '', {}), scores });
    assert.equal(
      groups.value(
        at([
          [0.5, 4],
          [0.25, 4],
        ]),
      ),
      0.25,
    );
    assert.equal(groups.value(at([[0.5, 4], null])), null);
    assert.equal(groups.write(0.25, formats), '25.0%');
    assert.match(groups.note, /all equal by reward/);
  });
});

describe('a chart of any score', () => {
  it('is called by its title or label, and says which way is good and what its band is', () => {
    assert.deepEqual(
      trends.map(({ title, unit, note }) => [title, unit, note]),
      [
        ['reward', 'other', 'mean, higher is better · band: 10th–90th percentile'],
        ['Character error rate', 'rate', 'mean, lower is better · band: 10th–90th percentile'],
        ['Exact match', 'share', 'higher is better'],
        ['format_reward', 'share', 'higher is better'],
        ['KL divergence', 'other', 'mean, lower is better · band: 10th–90th percentile'],
      ],
    );
  });

  it('is headed by the last value of each source, with the step and how many were asked', () => {
    assert.deepEqual(headline(trend('reward'), lines, false, formats), {
      value: 'train 0.750   val 0.500',
      source: 'step 1,200 (epoch 0) · 12 samples, 48 answers · mean, higher is better · band: 10th–90th percentile',
    });
    assert.equal(headline(trend('format_reward'), first(lines), false, formats)?.value, '100.0%');
    assert.equal(headline(trend('Exact match'), lines, false, formats), null);
    assert.equal(trend('Exact match').whyEmpty(points), 'No prediction of this job has this score.');
  });

  it('says of a step what each source has there', () => {
    assert.deepEqual(placeTexts(trend('reward'), 1200, lines, null, false, formats), [
      'train: 0.750, 10% 0.500, 90% 1, epoch 0, 6 samples, 24 answers',
      'val: 0.500, 10% 0.250, 90% 0.750, epoch 0, 6 samples, 24 answers',
    ]);
    assert.deepEqual(placeTexts(trend('reward'), 600, lines, null, false, formats), []);
  });

  it('tells its lines apart by more than colour, also from those of a job laid over it', () => {
    const overlay = { title: 'other', lines };
    const texts = legendOf(lines, overlay, trend('KL divergence').value).map(
      ({ text, look, line }) => `${text}: ${look} ${line ?? 'text'}`,
    );
    assert.deepEqual(texts, [
      'train: solid 0',
      'val (no values): dashed 1',
      'other, train: dashed text',
      'other, val (no values): dotted text',
    ]);
  });

  it('has a row for each checkpoint in its table, with columns for each source', () => {
    const overlay = {
      title: 'other',
      lines: sourceLines([point(600, '', { reward: [0.3, 6, 0, 1] })], 'step', null).lines,
    };
    const table = trendTable({ trend: trend('reward'), lines, overlay, byEpoch: false }, 100, formats);
    assert.equal(
      tableCsv(table),
      [
        'Step,Epoch,"reward, train","10th percentile, train","90th percentile, train","Samples, train",' +
          '"reward, val","10th percentile, val","90th percentile, val","Samples, val","reward, other"',
        '50,0,0.25,0,0.5,6,0.125,0,0.25,6,',
        '600,0,,,,,,,,,0.3',
        '1200,0,0.75,0.5,1,6,0.5,0.25,0.75,6,',
        '',
      ].join('\r\n'),
    );
    assert.deepEqual(
      table.rows.map(({ own }) => own),
      [true, false, true],
    );
    assert.equal(checkpointCount([...lines, ...overlay.lines], false), 3);
    assert.equal(checkpointCount(lines, false), 2);
  });

  it('has the newest rows of thousands, whatever the order on the axis', () => {
    const restarted = [1, 2].flatMap((epoch) => [10, 20, 30].map((step) => ({ ...point(step, '', {}), epoch })));
    const axis = sourceLines(restarted, 'step', null).lines;
    const table = trendTable({ trend: trend('reward'), lines: axis, overlay: null, byEpoch: false }, 2, formats);
    assert.deepEqual(
      table.rows.map(({ epoch, step }) => [epoch, step]),
      [
        [2, 20],
        [2, 30],
      ],
    );
  });
});

describe('how a job did as a whole', () => {
  it('is told by the deciding score, over all samples of its first checkpoint and its last', () => {
    assert.deepEqual(overallText(points, told, scores, formats), {
      text: '▲ reward 0.219 → 0.688, better',
      tone: 'good',
    });
    assert.deepEqual(overallText(points, told, { ...scores, judge: 'kl' }, formats), {
      text: '▼ KL divergence 0.010 → 0.040, worse',
      tone: 'bad',
    });
    assert.equal(
      overallText(points, told, { ...scores, judge: 'format_reward' }, formats).text,
      '▲ format_reward 50.0% → 100.0%, better',
    );
  });

  it('says why it is not known', () => {
    const text = (of: readonly ChartPoint[]) => overallText(of, told, scores, formats).text;
    assert.equal(text(points.slice(0, 2)), 'known after two checkpoints with reward');
    assert.equal(text([...points, point(1300, 'val', {})]), 'unknown: the last checkpoint has no reward');
    assert.equal(
      text([
        ...points.slice(0, 2),
        { ...(points[0] as ChartPoint), step: 60 },
        ...points.slice(0, 2).map((p) => ({ ...p, step: 70 })),
      ]),
      '= same reward, 0.219',
    );
  });

  it('is that of the error rate in its own words where that decides, or nothing does', () => {
    const rated = [0.5, 0.25].map((rate, step) => point(step, '', { char_error_rate: [rate, 6, 0, 1] }));
    for (const judge of ['char_error_rate', null]) {
      assert.equal(overallText(rated, told, { ...scores, judge }, formats).text, '▲ 50.0% less error');
    }
    assert.equal(overallText(points, told, { ...scores, judge: null }, formats).text, 'unknown without ground truth');
  });

  it('is no matter of a measure, unless the reader takes it for one', () => {
    const measured = {
      ...scores,
      scores: [...infos, { name: 'latency_ms', label: null, direction: 'lower' as const }],
    };
    assert.equal(chartJudge({ ...measured, judge: 'latency_ms' }), null);
    assert.equal(chartJudge({ ...measured, judge: 'latency_ms', chosen: 'latency_ms' })?.name, 'latency_ms');
  });
});

describe('changed samples of checkpoints', () => {
  it('are counted against the checkpoint before, by the deciding score', () => {
    assert.equal(
      changesNote(false, 'reward'),
      'samples against the checkpoint before, by reward · above the line improved, below regressed',
    );
    assert.equal(
      changesNote(true, 'character error rate'),
      'samples against the epoch before, by character error rate · above the line improved, below regressed',
    );
    assert.match(newestBarsText(201, false, formats)[0] ?? '', /201 checkpoints$/);
    assert.match(whyNoChanges(true, false), /^No two checkpoints/);
  });

  it('stand beside their step and epoch', () => {
    const changes = [{ epoch: 0, step: 1200, improved: 3, regressed: 1, unchanged: 0 }];
    assert.equal(
      tableCsv(changesTable(changes, false, formats)),
      'Step,Epoch,Improved,Regressed,Unchanged\r\n1200,0,3,1,0\r\n',
    );
  });
});
