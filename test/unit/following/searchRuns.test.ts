import assert from 'node:assert/strict';
import { basename, dirname, join, sep } from 'node:path';
import { bounds, runOf, searchRuns } from '../../../src/following/searchRuns.ts';

/** Names that trainers give, as the search of a workspace would take them. */
const isCandidate = (path: string) => /^(completions_.*\.parquet|\d.*\.jsonl)$/.test(basename(path));

describe('the search for runs in a workspace', () => {
  /** Looks at a list of all paths, as VS Code's search does at a disk; counts what it was asked and what it told. */
  function workspace(paths: readonly string[]) {
    const counts = { looks: 0, told: 0 };
    const candidates = paths.filter(isCandidate);
    const look = (leftOut: readonly string[], most: number): Promise<string[]> => {
      const folders = new Set(leftOut);
      const isLeftOut = (path: string): boolean =>
        folders.has(path) || (dirname(path) !== path && isLeftOut(dirname(path)));
      const told: string[] = [];
      for (const path of candidates) if (told.length < most && !isLeftOut(path)) told.push(path);
      counts.looks += 1;
      counts.told += told.length;
      return Promise.resolve(told);
    };
    return { look, counts };
  }
  const at = (...parts: string[]) => join(sep, 'w', ...parts);
  const steps = (count: number, name: (step: number) => string) =>
    Array.from({ length: count }, (_, step) => name(step + 1));

  it('finds every run of a workspace of 200,000 files by some looks that tell some thousand names', async () => {
    const sources = steps(185_000, (n) => at('src', `part${n % 500}`, `file${n}.py`));
    const runs = [
      ...['a', 'b'].flatMap((run) =>
        steps(5000, (n) => at('outputs', run, 'completions', `completions_${String(n).padStart(5, '0')}.parquet`)),
      ),
      ...steps(4000, (n) => at('verl', 'rollouts', `${n}.jsonl`)),
      ...steps(900, (n) => at('verl', 'val', `${n}.jsonl`)),
      at('last', '1.jsonl'),
    ];
    const { look, counts } = workspace([...sources, ...runs]);
    const { runs: found, isWhole } = await searchRuns(look);
    assert.deepEqual(
      [...found.values()],
      [
        { path: at('outputs', 'a'), format: 'trl' },
        { path: at('outputs', 'b'), format: 'trl' },
        { path: at('verl'), format: 'verl' },
        { path: at('last'), format: 'verl' },
      ],
    );
    assert.equal(isWhole, true);
    assert.ok(counts.looks <= 5, `${counts.looks} looks`);
    assert.ok(counts.told <= 5 * bounds.names, `${counts.told} names`);
  });

  it('ends after some looks where names go on and on, and says so', async () => {
    const many = steps(100, (run) => `run${run}`).flatMap((run) => steps(1100, (n) => at(run, `${n}.jsonl`)));
    const { look, counts } = workspace(many);
    const { runs, isWhole } = await searchRuns(look);
    assert.equal(isWhole, false);
    assert.equal(counts.looks, bounds.looks);
    assert.ok(runs.size >= bounds.looks / 2, `${runs.size} runs`);
  });

  it('knows whose a number is by the folders around it, packed or not', () => {
    const run = { path: at('run'), format: 'prime-rl' };
    for (const name of ['00000.jsonl', '00000.jsonl.zst']) {
      assert.deepEqual(runOf(at('run', 'monitors', 'file', 'traces', 'stream', name)), run);
    }
    assert.equal(runOf(at('saved', 'infer_result', '12.jsonl'))?.format, 'ms-swift');
    assert.equal(runOf(at('saved', 'rollouts', '12.jsonl'))?.format, 'verl');
    assert.equal(runOf(at('notes', 'diary.jsonl.zst')), undefined);
    assert.equal(runOf(at('run', 'completions', 'completions_00010.parquet.zst')), undefined);
  });

  it('takes a name that none of the trainers gives for none', () => {
    assert.equal(runOf(at('notes', 'diary.jsonl')), undefined);
    assert.equal(runOf(at('elsewhere', 'completions_00010.parquet')), undefined);
  });
});
