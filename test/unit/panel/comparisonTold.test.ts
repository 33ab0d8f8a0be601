import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareCheckpoints } from '../../../src/model/checkpoints.ts';
import { type Direction, noSettings } from '../../../src/model/directions.ts';
import { newestFirst, predictionOrder } from '../../../src/model/order.ts';
import type { ReasoningTags } from '../../../src/model/reasoning.ts';
import { isKnownScore } from '../../../src/model/scores.ts';
import { findDifference } from '../../../src/panel/differences/difference.ts';
import { Differences } from '../../../src/panel/differences/differences.ts';
import type { AnswerGroup } from '../../../src/panel/protocol/comparison.ts';
import type { HostMessageOf } from '../../../src/panel/protocol.ts';
import { type ComparisonView, SampleView } from '../../../src/panel/sampleView.ts';
import { wholeTexts } from '../../../src/panel/texts/wholeTexts.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { nextComparison } from '../../../webview/comparison/nextComparison.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';
import { answerGroupText } from '../../../webview/texts/groupTexts.ts';
import { plainJudge, plainLive, plainMarks, plainSamples, plainScores } from '../../support/plainModel.ts';
import { aPrediction } from '../../support/predictions.ts';
import { randomRows } from '../../support/randomRows.ts';

/** As a panel begins. */
const plainAnswers = { superseded: false, finalAnswerOnly: true, openAnswers: [], sampleSearch: '' };

/** Finds all differences itself, however busy the machine is. */
class AtOnce extends Differences {
  override get(_key: string, from: string, to: string) {
    return findDifference(from, to, 10_000);
  }
}

type Comparison = HostMessageOf<'comparison'>;
/** What is drawn: how much of it was told at once makes no difference. */
const drawn = ({ allSamples: _, allHistory: __, places: ___, ...rest }: Comparison) => rest;

const compareWith = fc.constantFrom<ComparisonView['compareWith']>('truth', 'previous', 'first', 'best', 'nothing');
const change = fc.record({
  rows: fc.nat(5),
  chosen: fc.option(fc.constantFrom('reward', 'kl', 'exact_match', '__proto__')),
  direction: fc.option(fc.constantFrom<Direction>('higher', 'lower', 'none')),
  judges: fc.boolean(),
  sample: fc.option(fc.nat(8), { freq: 3 }),
  source: fc.constantFrom(undefined, undefined, null, '', 'train', 'val', 'gone'),
  compareWith: fc.option(compareWith),
  answers: fc.option(fc.integer({ min: 1, max: 12 })),
  superseded: fc.option(fc.boolean(), { freq: 2 }),
  finalAnswerOnly: fc.option(fc.boolean(), { freq: 2 }),
  toggled: fc.option(fc.nat(5)),
});

const answered = (fields: Partial<Prediction>, answer: string) => aPrediction({ ...fields, prediction: answer });

describe('a comparison that is told in pieces', () => {
  it('is the one that is told at once, with sources, names of samples, restarts, any score and any judge', () => {
    fc.assert(
      fc.property(randomRows, fc.array(change, { maxLength: 14 }), (rows, changes) => {
        const store = new PredictionStore();
        const differences = new AtOnce('', () => {});
        const view = new SampleView(store, differences);
        let asked: ComparisonView = { sample: null, source: null, compareWith: 'truth', answers: 6, ...plainAnswers };
        let shown: Comparison | null = null;
        let next = 0;
        for (const step of changes) {
          for (const row of rows.slice(next, next + step.rows)) {
            store.add({ ...row, prediction: `<think>${row.epoch}</think>${row.id} says ${row.sample_index * 7}` });
          }
          next += step.rows;
          if (step.judges) {
            const directions = new Map(step.direction === null ? [] : [['reward', step.direction]]);
            store.judgeBy({ ...noSettings, directions }, step.chosen);
          }
          const samples = store.samples();
          if (step.sample !== null) asked = { ...asked, sample: samples[step.sample]?.key ?? 'none' };
          if (step.source !== undefined) asked = { ...asked, source: step.source };
          if (step.compareWith !== null) asked = { ...asked, compareWith: step.compareWith };
          if (step.answers !== null) asked = { ...asked, answers: step.answers };
          if (step.superseded !== null) asked = { ...asked, superseded: step.superseded };
          if (step.finalAnswerOnly !== null) asked = { ...asked, finalAnswerOnly: step.finalAnswerOnly };
          const key = shown?.history[step.toggled ?? -1]?.key;
          if (key !== undefined) {
            const others = asked.openAnswers.filter((open) => open !== key);
            asked = { ...asked, openAnswers: asked.openAnswers.includes(key) ? others : [...others, key] };
          }
          shown = nextComparison(shown, view.message(asked));
          assert.deepEqual(drawn(shown), drawn(new SampleView(store, differences).message(asked)));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('says of each sample what all of its rows say, taken together', () => {
    fc.assert(
      fc.property(randomRows, (rows) => {
        const store = new PredictionStore();
        for (const row of rows) store.add(row);
        const judge = plainJudge(rows);
        const live = plainLive(rows);
        const marks = plainMarks(rows, judge);
        const sampleOf = plainSamples(rows);
        for (const { key } of store.samples()) {
          const view = new SampleView(store, new AtOnce('', () => {}));
          const asked = { sample: key, source: null, compareWith: 'best', answers: 1000, ...plainAnswers } as const;
          const closed = view.message(asked);
          const told = view.message({ ...asked, openAnswers: closed.history.map((entry) => entry.key) });
          const id = told.history[0]?.id;
          // One entry a checkpoint, which shows the best of its completions.
          const keys = told.history.map((entry) => entry.key);
          assert.deepEqual([...new Set(keys)], keys);
          assert.deepEqual(
            closed.history.map((entry) => [entry.key, entry.id, entry.group?.completions]),
            told.history.map((entry) => [
              entry.key,
              entry.group?.opened?.[0]?.id ?? entry.id,
              entry.group?.completions,
            ]),
          );
          const answers = told.history.flatMap((entry) => entry.group?.opened ?? [entry]);
          const one = rows.find((row) => row.id === id) as Prediction;
          const own = live.filter((row) => sampleOf(row) === sampleOf(one)).sort(compareCheckpoints);
          assert.deepEqual(answers.map((entry) => entry.id).sort(), own.map((row) => row.id).sort());
          for (const entry of answers) {
            const row = rows.find((other) => other.id === entry.id) as Prediction;
            const scores = [...plainScores(row)].filter(([name]) => !isKnownScore(name) || name === judge?.name);
            assert.deepEqual(
              new Map(entry.scores),
              new Map(scores.filter(([name]) => name !== 'char_error_rate' && name !== 'validation_pass')),
            );
          }
          for (const entry of told.history) {
            assert.equal(entry.mark, marks.get(entry.id) ?? null);
            const group = own.filter((row) => compareCheckpoints(row, entry) === 0);
            const values = group.flatMap((row) => plainScores(row).get(judge?.name ?? '') ?? []);
            const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
            assert.equal(entry.group?.completions ?? 1, group.length);
            if (entry.group === null) continue;
            assert.ok(Math.abs((entry.group.judged?.mean ?? 0) - (values.length === 0 ? 0 : mean)) < 1e-9);
            const [top, low] = [Math.max(...values), Math.min(...values)];
            const ends = judge?.direction === 'lower' ? [low, top] : [top, low];
            assert.deepEqual(
              [entry.group.judged?.best, entry.group.judged?.worst],
              values.length === 0 ? [undefined, undefined] : ends,
            );
            const opened = (entry.group.opened ?? []).map(({ id: one, place }) => [one, place]);
            const inOrder = group.toSorted((a, b) => newestFirst(predictionOrder, b, a)).map((row) => row.id);
            assert.deepEqual(
              opened.toSorted(([, a], [, b]) => Number(a) - Number(b)).map(([one]) => one),
              inOrder,
            );
          }
          const at = (row: Prediction | undefined) => [row?.epoch ?? null, row?.step ?? null];
          const correct = own.find((row) => plainScores(row).get('exact_match') === 1);
          assert.deepEqual([told.firstCorrect, told.firstCorrectStep], at(correct));
          const worse = own.find((row) => marks.get(row.id) === 'worse');
          assert.deepEqual([told.firstRegression, told.firstRegressionStep], at(worse));
          const value = (row: Prediction) => plainScores(row).get(judge?.name ?? '') ?? Number.NaN;
          const values = own.map(value).filter((number) => !Number.isNaN(number));
          const top = judge?.direction === 'lower' ? Math.min(...values) : Math.max(...values);
          const best = judge === null ? undefined : own.find((row) => Math.abs(value(row) - top) < 1e-9);
          const against = rows.find((row) => row.id === told.against);
          assert.deepEqual(at(against), at(best));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('moves a sample whose number becomes another one', () => {
    const store = new PredictionStore();
    const view = new SampleView(store, new AtOnce('', () => {}));
    const asked: ComparisonView = { sample: null, source: null, compareWith: 'nothing', answers: 10, ...plainAnswers };
    const named = (prompt_id: string, step: number, sample_index: number) =>
      aPrediction({ id: `${prompt_id} ${step}`, prompt_id, step, sample_index });
    for (const row of [named('a', 1, 5), named('a', 2, 5), named('b', 1, 7), named('c', 1, 9)]) store.add(row);
    let shown = nextComparison(null, view.message(asked));
    store.add(named('c', 2, 1));
    const message = view.message(asked);
    assert.equal(message.samples.length, 1);
    shown = nextComparison(shown, message);
    assert.deepEqual(
      shown.samples.map(({ key, sampleIndex }) => [key, sampleIndex]),
      [
        ['p 0  c', 1],
        ['p 0  a', 5],
        ['p 0  b', 7],
      ],
    );
  });

  it('tells all again where rows are put to other samples, and where another score decides', () => {
    const store = new PredictionStore();
    const view = new SampleView(store, new AtOnce('', () => {}));
    const asked: ComparisonView = { sample: null, source: null, compareWith: 'best', answers: 10, ...plainAnswers };
    const at = (step: number, prompt_id: string, reward: number) =>
      aPrediction({ id: `at ${step}`, step, prompt_id, scores: { reward, kl: reward } });
    store.add(at(1, 'x', 0.5));
    store.add(at(2, 'y', 0.9));
    // No name came twice: they name rows.
    let shown = nextComparison(null, view.message(asked));
    assert.deepEqual(
      shown.samples.map(({ key }) => key),
      [0],
    );
    store.add(at(3, 'y', 0.7));
    const anew = view.message(asked);
    assert.deepEqual([anew.allSamples, anew.allHistory], [true, true]);
    shown = nextComparison(shown, anew);
    assert.deepEqual(
      shown.samples.map(({ key }) => key),
      ['p 0  x', 'p 0  y'],
    );
    const y = { ...asked, sample: 'p 0  y' };
    shown = nextComparison(shown, view.message(y));
    assert.deepEqual([shown.against, shown.history.map(({ mark }) => mark)], ['at 2', ['worse', null]]);
    store.judgeBy(noSettings, 'kl');
    const judged = view.message(y);
    assert.equal(judged.allHistory, true);
    shown = nextComparison(shown, judged);
    assert.deepEqual([shown.against, shown.history.map(({ mark }) => mark)], ['at 3', ['better', null]]);
  });
});

describe('the answer that all others are held against', () => {
  const told = (rows: readonly Prediction[], compareWith: ComparisonView['compareWith']) => {
    const store = new PredictionStore();
    for (const row of rows) store.add(row);
    return new SampleView(store, new AtOnce('', () => {})).message({
      sample: null,
      source: null,
      compareWith,
      answers: 100,
      ...plainAnswers,
    });
  };
  const rows = [
    answered({ step: 1, scores: { reward: 0.1 } }, 'one'),
    answered({ step: 2, scores: { reward: 0.8 } }, 'two'),
    answered({ step: 3, scores: { reward: 0.8 + 1e-10 } }, 'three'),
    answered({ step: 4, scores: { reward: null } }, 'four'),
  ];
  const texts = ({ history }: Comparison) =>
    history.map(({ difference }) => difference?.flatMap(({ kind, text }) => (kind === 'added' ? [] : text)).join(''));

  it('is the first one', () => {
    const first = told(rows, 'first');
    assert.equal(first.against, '0-1-0');
    assert.deepEqual(texts(first), ['one', 'one', 'one', undefined]);
  });

  it('is the best one by the deciding score, of equal ones the earliest', () => {
    const best = told(rows, 'best');
    assert.equal(best.against, '0-2-0');
    assert.deepEqual(texts(best), ['two', 'two', undefined, 'two']);
    const lower = rows.map((row) => ({
      ...row,
      scores: { kl: 1 - Number((row.scores as { reward: number }).reward) },
    }));
    assert.equal(told(lower.slice(0, 3), 'best').against, '0-2-0');
  });

  it('is none where no score decides, or none has a value', () => {
    const none = told([answered({ step: 1 }, 'one')], 'best');
    assert.deepEqual([none.against, none.history[0]?.difference], [null, null]);
  });
});

describe('a checkpoint with several completions', () => {
  const completion = (step: number, index: number, reward: number, answer: string, fields: Partial<Prediction> = {}) =>
    aPrediction({
      ...{ id: `${step} ${index}`, step, completion_index: index, prediction: answer, ground_truth: 'b' },
      ...{ scores: { reward, format: 1 }, ...fields },
    });
  const told = (rows: readonly Prediction[], view: Partial<ComparisonView> = {}) => {
    const store = new PredictionStore();
    for (const row of rows) store.add(row);
    const asked = {
      sample: null,
      source: null,
      compareWith: 'previous',
      answers: 10,
      ...plainAnswers,
      ...view,
    } as const;
    return new SampleView(store, new AtOnce('', () => {})).message(asked);
  };
  const rows = [
    completion(1, 0, 0, 'a'),
    completion(1, 1, 1, 'b'),
    completion(2, 0, 0, 'c'),
    completion(2, 1, 1, 'd'),
    completion(2, 2, 1, 'e'),
  ];

  it('is one answer, told by its figures and the best of them, against the best of the one before', () => {
    const { history, answers } = told(rows);
    assert.deepEqual(
      [answers, history.map(({ key, id }) => [key, id])],
      [
        2,
        [
          ['0 2', '2 1'],
          ['0 1', '1 1'],
        ],
      ],
    );
    const figures = answerGroupText(
      history[0]?.group as AnswerGroup,
      { judge: 'reward', scores: [] },
      formatsFor('en'),
    );
    assert.equal(
      figures,
      '3 completions · mean 0.667 · best 1 · worst 0 · pass@1 0.667 · pass@3 1 · format pass@1 1 · pass@3 1',
    );
    const before = history[0]?.difference?.filter(({ kind }) => kind !== 'added').map(({ text }) => text);
    assert.deepEqual(before, ['b']);
    assert.equal(history[0]?.mark, 'better');
    assert.equal(history[0]?.group?.opened, null);
  });

  it('tells passes alone of a score of which all values are 0 or 1', () => {
    const [newest] = told([...rows, completion(1, 2, 0.5, 'x')]).history;
    assert.deepEqual(
      newest?.group?.passes.map(({ name }) => name),
      ['format'],
    );
  });

  it('opens to all of them, best first, each with its place', () => {
    const opened = told(rows, { openAnswers: ['0 2'] }).history[0]?.group?.opened;
    assert.deepEqual(
      opened?.map(({ id, place, mark }) => [id, place, mark]),
      [
        ['2 1', 2, null],
        ['2 2', 3, null],
        ['2 0', 1, null],
      ],
    );
  });

  it('shows what was superseded when it is asked for, marked, behind what counts', () => {
    const resumed = [...rows, completion(2, 0, 1, 'f', { id: 'later', restart: 1, restart_from: 1 })];
    const entries = (superseded: boolean) =>
      told(resumed, { superseded }).history.map(({ key, group, superseded: by }) => [key, group?.completions, by]);
    assert.deepEqual(entries(false), [
      ['0 2', undefined, null],
      ['0 1', 2, null],
    ]);
    assert.deepEqual(entries(true), [
      ['0 2', undefined, null],
      ['0 2 0 0', 3, 'start'],
      ['0 1', 2, null],
    ]);
  });
});

describe('one answer of a comparison', () => {
  const store = new PredictionStore();
  for (let step = 1; step <= 30; step += 1) {
    store.add(aPrediction({ id: `${step}`, epoch: 0, step, ground_truth: 'a', prediction: `a${step}` }));
  }
  const view = new SampleView(store, new AtOnce('', () => {}));
  const asked = { sample: null, source: null, compareWith: 'previous', answers: 3, ...plainAnswers } as const;

  it('is told as it is among all, by its place from the oldest or by its key, also before any were', () => {
    const alone = view.answerAt(asked, 0, null);
    const all = new SampleView(store, new AtOnce('', () => {})).message({ ...asked, answers: 30 }).history;
    assert.deepEqual(alone, { type: 'answerAt', place: 0, entry: all.at(-1) });
    view.message(asked);
    assert.deepEqual(view.answerAt(asked, 11, null), { type: 'answerAt', place: 11, entry: all.at(-12) });
    const key = all[20]?.key ?? '';
    assert.deepEqual(view.answerAt(asked, 0, key), { type: 'answerAt', place: 9, entry: all[20] });
    assert.equal(view.answerAt({ ...asked, compareWith: 'first' }, 4, null).entry?.difference?.length, 3);
  });

  it('is the newest beyond the end, that of the place where its key is gone, and none where there are none', () => {
    assert.deepEqual([view.answerAt(asked, 99, null).place, view.answerAt(asked, 5, 'gone').place], [29, 5]);
    const none = new SampleView(new PredictionStore(), new AtOnce('', () => {}));
    assert.deepEqual(none.answerAt(asked, 3, null), { type: 'answerAt', place: 0, entry: null });
  });

  it('leaves what is told of all as it would be without', () => {
    const [one, other] = [0, 1].map(() => new SampleView(store, new AtOnce('', () => {})));
    one?.message(asked);
    other?.message(asked);
    one?.answerAt(asked, 2, null);
    store.add(aPrediction({ id: '31', epoch: 0, step: 31, ground_truth: 'a', prediction: 'a31' }));
    one?.answerAt(asked, 2, null);
    assert.deepEqual(one?.message(asked), other?.message(asked));
  });
});

describe('long texts of a comparison', () => {
  it('are cut with their lengths beside them, and none of exactly as many characters as a message carries is', () => {
    const told = (length: number) => {
      const store = new PredictionStore();
      const text = 'x'.repeat(length);
      store.add(aPrediction({ id: 'long', prompt: text, ground_truth: text, prediction: text }));
      const asked = { sample: null, source: null, compareWith: 'nothing', answers: 10, ...plainAnswers } as const;
      const message = new SampleView(store, new AtOnce('', () => {})).message(asked);
      const { promptCharacters, truthCharacters, history } = message;
      assert.equal(message.asked, 'long');
      assert.equal(message.prompt.length, Math.min(2000, length));
      return [promptCharacters, truthCharacters, history[0]?.characters];
    };
    assert.deepEqual(told(2000), [undefined, undefined, undefined]);
    assert.deepEqual(told(2001), [2001, 2001, 2001]);
  });

  it('come whole when they are asked for', () => {
    const text = 'x'.repeat(12_000);
    const row = aPrediction({ prompt: text, ground_truth: text, prediction: `<think>${text}</think>${text}` });
    const whole = (finalOnly: boolean) => wholeTexts(row, undefined, finalOnly);
    assert.deepEqual([whole(true)?.prompt, whole(true)?.groundTruth, whole(true)?.prediction], [text, text, text]);
    assert.equal(whole(false)?.prediction.length, row.prediction.length);
    assert.equal(wholeTexts(undefined, undefined, true), null);
  });
});

describe('an answer with reasoning', () => {
  const reply = { prediction: '<think>12345</think> right', ground_truth: 'right' };
  const told = (fields: Partial<Prediction>, view: Partial<ComparisonView> = {}, tags?: ReasoningTags[]) => {
    const store = new PredictionStore();
    store.add(aPrediction(fields));
    const asked = { sample: null, source: null, compareWith: 'truth', answers: 10, ...plainAnswers, ...view } as const;
    return new SampleView(store, new AtOnce('', () => {}), () => tags).message(asked).history[0];
  };

  it('is compared without it, unless it is asked for whole', () => {
    const final = told(reply);
    assert.deepEqual(
      [final?.prediction, final?.reasoning, final?.difference],
      ['right', { characters: 5, ended: true, text: '12345' }, [{ kind: 'same', text: 'right' }]],
    );
    const whole = told(reply, { finalAnswerOnly: false });
    assert.deepEqual(
      [whole?.prediction, whole?.reasoning],
      [reply.prediction, { characters: 5, ended: true, text: null }],
    );
    assert.equal(
      whole?.difference?.some(({ kind }) => kind === 'added'),
      true,
    );
  });

  it('has no final answer where the reasoning never ended', () => {
    const cut = told({
      prediction: '<think>1234',
      finish_reason: 'length',
      completion_tokens: 7,
    } as Partial<Prediction>);
    assert.deepEqual(
      [cut?.prediction, cut?.reasoning, cut?.cutOff],
      ['', { characters: 4, ended: false, text: '1234' }, { tokens: 7 }],
    );
  });

  it('is told apart by the tags of its job', () => {
    const other = told({ prediction: '<r>1</r>2' }, {}, [['<r>', '</r>']]);
    assert.deepEqual([other?.prediction, other?.reasoning?.text], ['2', '1']);
  });
});

describe('the samples of a source', () => {
  const store = new PredictionStore();
  const of = (sample_source: string | null, sample_index: number, step: number) =>
    aPrediction({ id: `${sample_source} ${sample_index} ${step}`, sample_source, sample_index, step });
  for (const row of [of('train', 0, 1), of('train', 1, 1), of('val', 0, 1), of(null, 4, 1)]) store.add(row);
  const sampleOf = (source: string | null, sample: ComparisonView['sample'] = null) =>
    new SampleView(store, new AtOnce('', () => {})).message({
      sample,
      source,
      compareWith: 'truth',
      answers: 10,
      ...plainAnswers,
    }).sample;

  it('begin with the first of them, and a sample of another source is not shown', () => {
    assert.deepEqual([sampleOf(null), sampleOf('val'), sampleOf('')], ['i 5 train 0', 'i 3 val 0', 4]);
    assert.equal(sampleOf('train', 'i 5 train 1'), 'i 5 train 1');
    assert.equal(sampleOf('train', 'i 3 val 0'), 'i 5 train 0');
  });

  it('are all of them where no row is of the source', () => {
    assert.equal(sampleOf('test', 'i 3 val 0'), 'i 3 val 0');
  });

  it('are told in the order of number and source', () => {
    const { samples } = new SampleView(store, new AtOnce('', () => {})).message({
      sample: null,
      source: null,
      compareWith: 'truth',
      answers: 10,
      ...plainAnswers,
    });
    assert.deepEqual(
      samples.map(({ sampleIndex, source }) => [sampleIndex, source]),
      [
        [0, 'train'],
        [0, 'val'],
        [1, 'train'],
        [4, ''],
      ],
    );
    assert.deepEqual(store.sources, ['', 'train', 'val']);
  });
});
