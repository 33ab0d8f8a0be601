import type { Prediction } from '../../src/wire/prediction.ts';

/** A stored prediction with the given fields; the others are plain. */
export function aPrediction(fields: Partial<Prediction> = {}): Prediction {
  const { epoch = 0, step = 0, sample_index = 0 } = fields;
  return {
    id: `${epoch}-${step}-${sample_index}`,
    job_id: 'job',
    epoch,
    step,
    sample_index,
    prompt: `prompt ${sample_index}`,
    prediction: `answer ${epoch}`,
    ground_truth: 'truth',
    created_at: '2026-01-01T00:00:00.000Z',
    ...fields,
  };
}
