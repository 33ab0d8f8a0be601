// `npm run test:trainers`: what needs a real trainer, with a Python that has them. The first time that is made, which takes
// 1.2 GB of downloads and some minutes: too long for `npm test`, which runs these where a Python has the trainers already.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pythonWith, trainerModules } from '../test/support/trainingPython.ts';
import { root } from './vscode/install.ts';

const folder = path.join(root, '.vscode-test', 'python');
const bin = path.join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');

if (pythonWith(...trainerModules) === undefined) {
  console.log('Installing PyTorch, Transformers and TRL…');
  run(process.platform === 'win32' ? 'python' : 'python3', '-m', 'venv', folder);
  run(path.join(bin, 'python'), '-m', 'pip', 'install', '-r', path.join(root, 'test', 'support', 'trainers.txt'));
}
run(process.execPath, 'scripts/test.ts', 'trainers');

/** Ends this process where the program ends badly. */
function run(program: string, ...args: string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) console.error(`${program} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
