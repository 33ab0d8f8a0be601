// `npm run package`: bundles for production and makes the package that VS Code installs.
import { statSync } from 'node:fs';
import path from 'node:path';
import { packageExtension } from './vscode/package.ts';

const file = await packageExtension();
console.log(`${path.basename(file)}: ${Math.round(statSync(file).size / 1024)} kB`);
