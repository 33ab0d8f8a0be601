import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noSettings } from '../../../src/model/directions.ts';
import { judgedBy, presentEpisode, type Rated } from '../../../src/notices/episodes.ts';
import { beginMemory, type JobNotice, look } from '../../../src/notices/jobNotices.ts';
import { RunQuality } from '../../../src/notices/runQuality.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import type { Prediction } from '../../../src/wire/prediction.ts';
import { aPrediction } from '../../support/predictions.ts';
import { randomRows } from '../../support/randomRows.ts';

const rated = (...values: number[]): Rated[] => values.map((value, step) => ({ epoch: 0, step, value }));

describe('the quality of a run by checkpoint', () => {
  it('is the same whether it was looked at all along or once', () => {
    fc.assert(
      fc.property(randomRows, fc.array(fc.nat(6), { maxLength: 12 }), (rows, pieces) => {
        const store = new PredictionStore();
        const along = new RunQuality(store);
        let next = 0;
        for (const [turn, piece] of pieces.entries()) {
          for (const row of rows.slice(next, next + piece)) store.add(row);
          next += piece;
          if (turn === 4) store.judgeBy(noSettings, 'kl');
          if (turn === 8) store.clear();
          assert.deepEqual(along.now(), new RunQuality(store).now());
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is left to the trends where every epoch has one step and the character error rate decides', () => {
    const store = new PredictionStore();
    const quality = new RunQuality(store);
    assert.equal(quality.now(), null);
    for (const epoch of [0, 1]) store.add(aPrediction({ epoch, char_error_rate: 0.5 }));
    assert.equal(quality.now(), null);
    store.add(aPrediction({ epoch: 1, step: 5, char_error_rate: 0.5 }));
    assert.equal(quality.now()?.judge?.name, 'char_error_rate');
  });

  it('ends with the deciding score over all samples of the last checkpoint', () => {
    const store = new PredictionStore();
    const at = (sample_index: number, sample_source: string, reward: number) =>
      store.add(
        aPrediction({ id: `${sample_index} ${sample_source}`, sample_index, sample_source, scores: { reward } }),
      );
    at(0, 'train', 1);
    at(1, 'train', 0);
    at(0, 'val', 0.2);
    const quality = new RunQuality(store).now();
    assert.equal(quality?.end?.value.toFixed(9), '0.400000000');
    assert.deepEqual(
      quality?.judged.map(({ source, points }) => [source, points.map(({ value }) => value)]),
      [
        ['train', [0.5]],
        ['val', [0.2]],
      ],
    );
  });
});

describe('an episode of any score', () => {
  it('begins where a higher one falls by the percentage of its best', () => {
    const measure = judgedBy('higher', 25);
    assert.equal(presentEpisode(rated(0.4, 0.8, 0.61), measure), null);
    assert.equal(presentEpisode(rated(0.4, 0.8, 0.7, 0.6), measure)?.sinceStep, 3);
  });

  it('begins where a lower one rises by it', () => {
    assert.equal(presentEpisode(rated(3, 2, 2.4), judgedBy('lower', 25)), null);
    assert.equal(presentEpisode(rated(3, 2, 2.5), judgedBy('lower', 25))?.best.step, 1);
  });

  it('is measured by the span so far where there are values below 0', () => {
    const measure = judgedBy('higher', 25);
    assert.equal(presentEpisode(rated(-3, 0.1, -0.6), measure), null);
    assert.equal(presentEpisode(rated(-3, 0.1, -0.7), measure)?.sinceStep, 2);
  });

  it('is no matter of noise', () => {
    assert.equal(presentEpisode(rated(0.01, 0.002), judgedBy('higher', 25)), null);
    assert.equal(presentEpisode(rated(0, 0.009), judgedBy('lower', 25)), null);
  });
});

/** A run that is watched from its beginning on. */
function watched(settings: { judge?: string } = {}) {
  const store = new PredictionStore();
  if (settings.judge !== undefined) store.judgeBy(noSettings, settings.judge);
  const run = new RunQuality(store);
  let status = 'running';
  let now = 1_000_000;
  const facts = () => ({
    ...{ status, connected: true, caughtUp: true, held: store.size },
    ...{ points: store.trends(), quality: run.now() },
  });
  let memory = beginMemory(facts(), now);
  const see = (): JobNotice[] => {
    now += 1000;
    const seen = look(memory, facts(), 25, now);
    memory = seen.memory;
    return seen.notices;
  };
  const at = (step: number, fields: Partial<Prediction>): JobNotice[] => {
    const { sample_source = '' } = fields;
    store.add(aPrediction({ id: `${step} ${sample_source}`, step, ...fields }));
    return see();
  };
  see();
  return {
    at,
    see,
    store,
    end: () => {
      status = 'completed';
      return see();
    },
  };
}

describe('a run of one epoch that got worse', () => {
  it('is told of once a later checkpoint began, by the deciding score', () => {
    const run = watched();
    for (const [step, reward] of [0.2, 0.8, 0.5].entries()) assert.deepEqual(run.at(step, { scores: { reward } }), []);
    const [notice, ...others] = run.at(3, { scores: { reward: 0.4 } });
    assert.equal(others.length, 0);
    assert.equal(notice?.kind === 'qualityRegressed' && notice.judged?.judge?.name, 'reward');
    assert.deepEqual(notice?.kind === 'qualityRegressed' && notice.episode, {
      best: { epoch: 0, step: 1, value: 0.8 },
      since: 0,
      sinceStep: 2,
      newest: { epoch: 0, step: 2, value: 0.5 },
    });
    assert.deepEqual(run.at(4, { scores: { reward: 0.3 } }), []);
  });

  it('is told of at its end, with what it came to', () => {
    const run = watched();
    for (const [step, reward] of [0.8, 0.2].entries()) run.at(step, { scores: { reward } });
    const notices = run.end();
    assert.deepEqual(
      notices.map(({ kind }) => kind),
      ['qualityRegressed', 'runEnded'],
    );
    const [, end] = notices;
    assert.deepEqual(end?.kind === 'runEnded' && end.quality?.end, { epoch: 0, step: 1, value: 0.2 });
  });

  it('is told of the source that got worse', () => {
    const run = watched();
    const rewards = [
      [0.5, 0.5],
      [0.6, 0.6],
      [0.6, 0.3],
      [0.6, 0.3],
    ];
    const told = rewards.flatMap(([train = 0, val = 0], step) => [
      ...run.at(step, { sample_source: 'train', scores: { reward: train } }),
      ...run.at(step, { sample_source: 'val', scores: { reward: val } }),
    ]);
    assert.deepEqual(
      told.map((notice) => notice.kind === 'qualityRegressed' && notice.judged?.source),
      ['val'],
    );
  });

  it('is no news where another score begins to decide', () => {
    const run = watched();
    for (const [step, kl] of [0.1, 0.5, 0.9].entries()) run.at(step, { scores: { reward: 1, kl } });
    run.store.judgeBy(noSettings, 'kl');
    assert.deepEqual(run.see(), []);
    assert.deepEqual(run.at(3, { scores: { reward: 1, kl: 1 } }), []);
  });

  it('is told of its validation by itself', () => {
    const run = watched();
    for (const step of [0, 1]) run.at(step, { validation_pass: step === 0 });
    const [notice] = run.at(2, { validation_pass: false });
    assert.equal(notice?.kind, 'validationDropped');
  });

  it('is not told of a score without a better', () => {
    const run = watched({ judge: 'answer_tokens' });
    const told = [9, 1, 1, 1].flatMap((answer_tokens, step) => run.at(step, { scores: { answer_tokens } }));
    assert.deepEqual(told, []);
  });
});
