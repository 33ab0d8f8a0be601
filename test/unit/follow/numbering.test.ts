import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Numbering } from '../../../src/follow/numbering.ts';
import { Positions } from '../../../src/follow/positions.ts';

describe('samples of followed files', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'numbering-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are told apart by the whole of a prompt that is a chat, where its images are from among it', () => {
    const positions = new Positions(folder, 'run');
    const asked = (image: string) => ({
      ...{ step: 1, prompt: '[image] What is this?', prediction: 'a cat' },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', image },
            { type: 'text', text: 'What is this?' },
          ],
        },
      ],
    });
    const numbering = new Numbering(positions);
    const rows = [asked('a.png'), asked('b.png'), asked('a.png'), { ...asked('x'), messages: 'none' }];
    assert.deepEqual(
      rows.map((row) => {
        const { sample_index, completion_index } = numbering.number(row);
        return [sample_index, completion_index];
      }),
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [2, 0],
      ],
    );
    positions.close();
  });

  it('are told apart by the pictures that stand beside a prompt of the same words', () => {
    const numbering = new Numbering(new Positions(folder, 'pictures'));
    const asked = (images?: unknown) => ({
      ...{ step: 1, prompt: '<image>What is this?', prediction: 'a cat' },
      ...(images === undefined ? {} : { images }),
    });
    const rows = [asked(['a.png']), asked([{ path: 'b.png' }]), asked(['a.png']), asked(), asked([])];
    assert.deepEqual(
      rows.map((row) => {
        const { sample_index, completion_index } = numbering.number(row);
        return [sample_index, completion_index];
      }),
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [2, 0],
        [2, 1],
      ],
    );
  });
});
