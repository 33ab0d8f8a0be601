import assert from 'node:assert/strict';
import type { ConnectionLabel, Counts, JobSummary } from '../../../src/panel/protocol.ts';
import {
  epochText,
  failureTitle,
  lastArrivalText,
  liveAction,
  predictionsText,
  problemAction,
  retryText,
  unknownFieldsText,
  unreadableText,
} from '../../../webview/header/headerTexts.ts';
import { formatsFor } from '../../../webview/texts/formats.ts';

const formats = formatsFor('en');
const counts: Counts = {
  held: 520,
  onServer: 520,
  caughtUp: true,
  unreadable: 0,
  unreadableRows: 0,
  lastArrival: 10_000,
  newestEpoch: 19,
  newestStep: null,
};
const job: JobSummary = {
  id: 'j',
  title: 'j',
  server: 's',
  status: 'running',
  failure: null,
  currentEpoch: 19,
  totalEpochs: 30,
  currentStep: null,
  totalSteps: null,
};

describe('the counts in the header', () => {
  it('say one number once it is proven that all predictions are held', () => {
    assert.equal(predictionsText(counts, formats), '520 predictions');
    assert.equal(predictionsText({ ...counts, held: 1, onServer: 1 }, formats), '1 prediction');
    assert.equal(predictionsText({ ...counts, held: 1000 }, formats), '1,000 predictions');
  });

  it('say N of M while it is not', () => {
    assert.equal(predictionsText({ ...counts, held: 480, caughtUp: false }, formats), '480 of 520 predictions');
  });

  it('say N of M where some can never be read, proven or not', () => {
    const some = { ...counts, held: 50, onServer: 51, unreadable: 1, unreadableRows: 1 };
    assert.equal(predictionsText(some, formats), '50 of 51 predictions');
    assert.equal(predictionsText({ ...some, caughtUp: false }, formats), '50 of 51 predictions');
    assert.equal(predictionsText({ ...some, caughtUp: false, onServer: 60 }, formats), '50 of 60 predictions');
  });

  it('never say more than all', () => {
    const ahead = { ...counts, held: 521, caughtUp: false };
    assert.equal(predictionsText(ahead, formats), '521 of 521 predictions');
  });

  it('say what is held before the server gave a count', () => {
    assert.equal(predictionsText({ ...counts, onServer: null, caughtUp: false }, formats), '520 predictions');
  });

  it('mention what could not be read', () => {
    assert.equal(unreadableText(counts, formats), null);
    assert.equal(unreadableText({ ...counts, unreadable: 1 }, formats), '1 unreadable event');
    assert.equal(unreadableText({ ...counts, unreadable: 2 }, formats), '2 unreadable events');
    const rows = { ...counts, unreadable: 2, unreadableRows: 2 };
    assert.equal(unreadableText(rows, formats), '2 unreadable predictions');
  });
});

describe('fields that are not known', () => {
  it('are told in one sentence, with those that they may be meant for', () => {
    assert.equal(unknownFieldsText(job), null);
    const truth = { name: 'ground_thruth', near: 'ground_truth' };
    assert.equal(
      unknownFieldsText({ ...job, unknownFields: [truth] }),
      'The field “ground_thruth” is not known: is “ground_truth” meant?',
    );
    assert.equal(
      unknownFieldsText({ ...job, unknownFields: [truth, { name: 'predicton', near: 'prediction' }] }),
      'These fields are not known: “ground_thruth” (is “ground_truth” meant?), “predicton” (is “prediction” meant?)',
    );
  });
});

describe('how far a job is', () => {
  it('is told by epoch', () => {
    assert.equal(epochText(job, formats), 'epoch 19 of 30');
    assert.equal(epochText({ ...job, totalEpochs: null }, formats), 'epoch 19');
    assert.equal(epochText({ ...job, currentEpoch: null }, formats), null);
  });

  it('is told by step too where steps tell more, and by step alone where there is one epoch', () => {
    const steps = { ...job, currentStep: 650, totalSteps: 1950 };
    assert.equal(epochText({ ...steps, currentEpoch: 1, totalEpochs: 3 }, formats), 'epoch 1 of 3 · step 650 of 1,950');
    assert.equal(epochText({ ...steps, currentEpoch: 0, totalEpochs: 1 }, formats), 'step 650 of 1,950');
    assert.equal(epochText({ ...steps, currentEpoch: null, totalSteps: null }, formats), 'step 650');
  });
});

describe('the times in the header', () => {
  const connection = { label: 'Reconnecting', retryAt: 13_200, problem: null } as const;

  it('say how long ago the last prediction came', () => {
    assert.equal(lastArrivalText(counts, 10_900, formats), 'last one just now');
    assert.equal(lastArrivalText(counts, 12_900, formats), 'last one 2 s ago');
    assert.equal(lastArrivalText(counts, 10_000 + 5 * 60_000, formats), 'last one 5 min ago');
    assert.equal(lastArrivalText(counts, 10_000 + 3 * 3_600_000, formats), 'last one 3 h ago');
    assert.equal(lastArrivalText(counts, 10_000 + 4 * 86_400_000, formats), 'last one 4 d ago');
  });

  it('never say that it came in the future', () => {
    assert.equal(lastArrivalText(counts, 9_000, formats), 'last one just now');
  });

  it('say nothing before the first prediction', () => {
    assert.equal(lastArrivalText({ ...counts, lastArrival: null }, 12_900, formats), null);
  });

  it('count down to the next try and stop when it is due', () => {
    assert.equal(retryText(connection, 10_000, formats), 'Next try in 4 s');
    assert.equal(retryText(connection, 13_100, formats), 'Next try in 1 s');
    assert.equal(retryText(connection, 13_200, formats), null);
    assert.equal(retryText({ ...connection, retryAt: null }, 10_000, formats), null);
  });
});

describe('the job in the header', () => {
  it('says its epoch as far as it is known', () => {
    assert.equal(epochText(job, formats), 'epoch 19 of 30');
    assert.equal(epochText({ ...job, totalEpochs: null }, formats), 'epoch 19');
    assert.equal(epochText({ ...job, currentEpoch: 0 }, formats), 'epoch 0 of 30');
    assert.equal(epochText({ ...job, currentEpoch: null }, formats), null);
  });
});

describe('why a job ended, below the panel', () => {
  it('is told of one that failed or was cancelled, also where it left no reason', () => {
    assert.equal(failureTitle(job), null);
    assert.equal(failureTitle({ ...job, status: 'failed', failure: 'CUDA out of memory' }), 'The job failed:');
    assert.equal(failureTitle({ ...job, status: 'failed', failure: '' }), 'The job failed and left no reason.');
    assert.equal(
      failureTitle({ ...job, status: 'cancelled', failure: '' }),
      'The job was cancelled and left no reason.',
    );
  });
});

describe('the actions in the header', () => {
  const offered: Record<ConnectionLabel, [live: string | null, problem: string]> = {
    Live: ['pause', 'showLog'],
    Connecting: ['pause', 'showLog'],
    Reconnecting: ['pause', 'reconnect'],
    Polling: ['pause', 'reconnect'],
    Paused: ['resume', 'showLog'],
    Offline: ['pause', 'reconnect'],
    'Sign in': [null, 'setApiKey'],
    Deleted: [null, 'stopWatching'],
    Finished: [null, 'showLog'],
    Failed: [null, 'showLog'],
    Cancelled: [null, 'showLog'],
  };
  for (const [label, commands] of Object.entries(offered) as [ConnectionLabel, [string | null, string]][]) {
    it(`fit the state ${label}`, () => {
      assert.deepEqual([liveAction(label)?.command ?? null, problemAction(label).command], commands);
    });
  }
});
