/** A Python that trains for real: `npm run test:trainers` makes one. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../../.vscode-test/python');
const made = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** What the tests with trainers import. */
export const trainerModules = ['torch', 'transformers', 'accelerate', 'numpy', 'trl', 'datasets'];

/** @returns the one that `TRAINING_PYTHON` names, the repository's or the machine's, whichever has the modules first */
export function pythonWith(...modules: string[]): string | undefined {
  return [process.env['TRAINING_PYTHON'], made, 'python3'].find((python) => {
    if (python === undefined) return false;
    const found = `import importlib.util as i, sys; sys.exit(any(i.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;
    return spawnSync(python, ['-c', found]).status === 0;
  });
}

/** As `pythonWith` for all of them. @throws Error where there is none */
export function trainingPython(): string {
  const python = pythonWith(...trainerModules);
  if (python === undefined) throw new Error('No Python has the trainers: `npm run test:trainers` makes one');
  return python;
}
