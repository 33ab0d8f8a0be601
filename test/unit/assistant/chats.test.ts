import assert from 'node:assert/strict';
import { historyAnswer } from '../../../src/assistant/answers.ts';
import { HeldJobReader } from '../../../src/assistant/jobReader.ts';
import { PredictionStore } from '../../../src/store/predictionStore.ts';
import { aChat, calls, said } from '../../support/chats.ts';
import { aPrediction } from '../../support/predictions.ts';

describe('an assistant that asks for the answers to a sample', () => {
  it('is told the final one beside all that was said, where the answer is a chat', async () => {
    const store = new PredictionStore();
    store.add(aPrediction({ epoch: 1, prediction: 'text' }));
    store.add(aChat({ epoch: 2 }));
    store.add(aChat({ epoch: 3, answer: [said('So:', calls(2))] }));
    const { rows } = await historyAnswer(new HeldJobReader(store), { jobId: 'job', sampleIndex: 0 });
    assert.deepEqual(
      rows.map((row) => {
        const { prediction, finalAnswer } = row as { prediction: string; finalAnswer?: string };
        return [prediction, finalAnswer];
      }),
      [
        ['all said', ''],
        ['all said', 'It is 4.'],
        ['text', undefined],
      ],
    );
  });
});
