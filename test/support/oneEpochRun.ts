import type { Fields } from './serverClient.ts';

export const steps = Array.from({ length: 20 }, (_, index) => 50 * (index + 1));
export const sources = ['train', 'val'];
const samplesOfSource = 6;

/** From this step on the answers to samples of an even number are right. */
export const firstCorrect = 650;

/** The rows of one checkpoint of a run of one epoch: two sources, scores of all three directions, some without a value. */
export function rowsAt(step: number): Fields[] {
  return sources.flatMap((source, place) =>
    Array.from({ length: samplesOfSource }, (_, sample) => rowAt(step, source, place, sample)),
  );
}

function rowAt(step: number, source: string, place: number, sample: number): Fields {
  const isRight = step >= firstCorrect && sample % 2 === 0;
  const truth = `${sample + 2} kettles`;
  return {
    epoch: 0,
    step,
    sample_index: sample,
    sample_source: source,
    prompt: `How many kettles does order ${sample} of ${source} ask for?`,
    ground_truth: truth,
    prediction: isRight ? truth : `${sample + 2} kettl${'e'.repeat(1 + (step % 7))}z after ${step}`,
    scores: {
      reward: rewardAt(step, sample),
      format_reward: step > 300 ? 1 : 0,
      kl: Number((0.002 * (step / 50) + place * 0.001).toFixed(4)),
      judge: step % 200 === 0 ? null : Math.min(10, 2 + Math.floor(step / 120)),
      answer_length: 9 + (step % 7),
    },
  };
}

/** Grows with the step, but for a drop at 400 and one at the end. */
export function rewardAt(step: number, sample: number): number {
  if (step === 400) return 0.05;
  if (step === 1000) return 0.6;
  return Number((Math.min(step, 900) / 1000 + sample / 100).toFixed(3));
}
