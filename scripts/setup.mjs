// Runs before every npm script: installs the locked dependencies when they are missing or out of date.
// Plain JavaScript without dependencies, because nothing is installed yet and the machine's Node may be an older one.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const installed = new URL('node_modules/.package-lock.json', root);
const lock = new URL('package-lock.json', root);

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.log('Installing dependencies…');
  // Quiet about engines: some tools want a newer Node than the machine's, and get it, since it is a dependency too.
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('The dependencies could not be installed. Check the network, then try again.');
    process.exit(1);
  }
}
