import fc from 'fast-check';
import type { Prediction } from '../../src/wire/prediction.ts';
import { aPrediction } from './predictions.ts';

const value = fc.oneof(
  fc.integer({ min: 0, max: 64 }).map((n) => n / 64),
  fc.constantFrom(0, 1, -3.5, 1e12),
);
const scoreOrTruth = fc.oneof(value, fc.boolean(), fc.constant(null));

const scores = fc.dictionary(
  fc.constantFrom('reward', 'judge', 'kl', 'tokens', 'a/b', '__proto__', 'char_error_rate', 'exact_match'),
  scoreOrTruth,
  { maxKeys: 4 },
);

/** Rows of one job: several checkpoints, sources, completions and kinds of scores; ids are distinct. */
export const randomRows: fc.Arbitrary<Prediction[]> = fc
  .record({
    named: fc.boolean(),
    oneStep: fc.boolean(),
    scored: fc.boolean(),
    sources: fc.boolean(),
    resumed: fc.boolean(),
    rewritten: fc.boolean(),
  })
  .chain(({ named, oneStep, scored, sources, resumed, rewritten }) =>
    fc.array(
      fc
        .record({
          epoch: fc.nat(3),
          step: oneStep ? fc.constant(8) : fc.nat(3),
          sample_index: fc.nat(3),
          prompt_id: named ? fc.constantFrom('x', 'y', '12', 12, '', null) : fc.constant(null),
          sample_source: sources ? fc.constantFrom('train', 'val', '', null) : fc.constant(null),
          char_error_rate: fc.option(value),
          exact_match: scoreOrTruth,
          word_overlap: fc.option(value),
          validation_pass: fc.option(fc.boolean()),
          own: fc.option(fc.oneof(value, fc.boolean(), fc.constant('text'))),
          run_id: fc.nat(9),
          completion_tokens: fc.option(fc.nat(4)),
          max_new_tokens: fc.option(fc.nat(4)),
          finish_reason: fc.constantFrom<unknown>(undefined, undefined, null, 'stop', 'length', ''),
          completion_index: fc.constantFrom<unknown>(undefined, null, 0, 1, 2, 'x'),
          restart: resumed ? fc.constantFrom<unknown>(undefined, 0, 1, 2, -1) : fc.constant(undefined),
          restart_from: resumed ? fc.constantFrom<unknown>(undefined, undefined, 1, 2) : fc.constant(undefined),
          revision: rewritten ? fc.constantFrom<unknown>(undefined, 0, 1, 2) : fc.constant(undefined),
          scores: scored
            ? fc.oneof(scores, fc.constantFrom<unknown>('none', [1], { reward: 'much' }))
            : fc.constant(null),
        })
        .map((fields) => aPrediction(fields as Partial<Prediction>)),
      { maxLength: 40 },
    ),
  )
  .map((rows) => rows.map((row, index) => JSON.parse(JSON.stringify({ ...row, id: `id ${index}` })) as Prediction));
