/**
 * A Python that trains for real. No test can have one made: PyTorch is a gigabyte. CONTRIBUTING.md says how to make it.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const made = path.resolve(import.meta.dirname, '../../.vscode-test/python/bin/python');

/** @returns the one that `TRAINING_PYTHON` names, the repository's or the machine's, whichever has the modules first */
export function pythonWith(...modules: string[]): string | undefined {
  return [process.env['TRAINING_PYTHON'], made, 'python3'].find((python) => {
    if (python === undefined) return false;
    const found = `import importlib.util as i, sys; sys.exit(any(i.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;
    return spawnSync(python, ['-c', found]).status === 0;
  });
}
