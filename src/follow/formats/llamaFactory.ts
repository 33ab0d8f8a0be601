import { basename, dirname, join } from 'node:path';
import { textOf } from '../../tables/cells.ts';
import { otherCells, plainScore, requiredText } from './cells.ts';
import type { Format } from './format.ts';

const columns = new Set(['prompt', 'predict', 'label']);

/**
 * LLaMA-Factory's `do_predict` with `predict_with_generate`: `{output_dir}/generated_predictions.jsonl`, written as a whole.
 * The step is told by the name of a checkpoint's folder, or by the state of the training that was done before in the same
 * folder. Older versions do not write the prompts: a row stands for its sample.
 */
export const llamaFactory: Format = {
  name: 'llama-factory',
  globs: ['generated_predictions.jsonl'],
  readsColumns: false,

  locate(path) {
    if (basename(path) !== 'generated_predictions.jsonl') return undefined;
    const folder = dirname(path);
    const step = /^checkpoint-(\d+)$/.exec(basename(folder))?.[1];
    return step === undefined
      ? { run: folder, reading: 'lines', step: 0, state: join(folder, 'trainer_state.json') }
      : { run: dirname(folder), reading: 'lines', step: Number(step) };
  },

  knows: (names) => names.includes('predict') && (names.includes('prompt') || names.includes('label')),

  maker(file) {
    let rows = 0;
    return {
      make({ cells }) {
        const { scores, fields } = otherCells(cells, columns, plainScore);
        const sample = rows;
        rows += 1;
        return [
          {
            ...fields,
            step: file.step ?? 0,
            ...('prompt' in cells ? {} : { sample_index: sample }),
            prompt: 'prompt' in cells ? requiredText(cells, 'prompt') : '',
            prediction: requiredText(cells, 'predict'),
            ground_truth: textOf(cells['label']),
            scores,
          },
        ];
      },
    };
  },

  judging: () => ({}),
};
