import assert from 'node:assert/strict';
import { cutInMiddle, shortModelName, titleOf } from '../../../src/watch/jobTitle.ts';
import { Watches } from '../../../src/watch/watches.ts';
import { idText } from '../../../webview/header/headerTexts.ts';

const model = 'meta-llama/Llama-3.1-8B-Instruct';

describe('what a job is called', () => {
  it('is its name as long as no other job has it, else its id and, after it, the name without its owner', () => {
    const job = { id: 'run-7', status: 'running', model_name: model };
    assert.equal(titleOf('run-7', job), model);
    assert.equal(titleOf('run-7', job, true), 'run-7 · Llama-3.1-8B-Instruct');
    assert.equal(titleOf('run-7', undefined, true), 'run-7');
  });

  it('shows what cannot be seen of an id, too', () => {
    const job = { id: 'run\u202e', status: 'running', model_name: 'm' };
    assert.equal(titleOf(job.id, job, true), 'run⟨U+202E⟩ · m');
  });

  it('is cut in its middle, between whole characters', () => {
    assert.equal(shortModelName('Qwen/Qwen2.5-Coder-32B-Instruct-AWQ'), 'Qwen2.5-Code…nstruct-AWQ');
    assert.equal(shortModelName('/mnt/models/tiny'), 'tiny');
    assert.equal(shortModelName('a <b>run</b>'), 'a <b>run</b>');
    assert.equal(shortModelName('tiny'), 'tiny');
    assert.equal(cutInMiddle('👩🏽‍🚀'.repeat(3), 5).length > 0, true);
    assert.equal(cutInMiddle('😀😃😄😁😆', 3), '😀…😆');
  });

  it('stands in the header: the id beside a title that does not tell it', () => {
    const job = {
      server: '',
      status: null,
      failure: null,
      currentEpoch: null,
      totalEpochs: null,
      currentStep: null,
      totalSteps: null,
    };
    assert.equal(idText({ ...job, id: 'run-7', title: 'tiny' }), 'job run-7');
    assert.equal(idText({ ...job, id: 'run-7', title: 'run-7 · tiny' }), null);
    assert.equal(idText({ ...job, id: 'run-7', title: 'run-7' }), null);
  });
});

describe('jobs that no listing knows', () => {
  it('are called by their ids', () => {
    const watches = new Watches({
      servers: ['local'],
      endpoint: () => Promise.reject(new Error('none')),
      isPresent: () => false,
      hasKey: () => false,
      policy: () => ({ liveUpdates: false, pollInterval: 1000, maxAttempts: 1, heartbeat: 1000 }),
      log: { info: () => undefined, warn: () => undefined },
    });
    assert.equal(watches.title({ server: 'local', jobId: 'unknown' }), 'unknown');
    watches.dispose();
  });
});
