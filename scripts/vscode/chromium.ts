import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Starts a Chromium without a window: `CHROME_PATH`, one on the PATH, or Debian's, which is installed when absent. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    ...locate(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function locate(): { executablePath: string } | { channel: 'chrome' } {
  const given = process.env['CHROME_PATH'];
  if (given !== undefined && given !== '') return { executablePath: given };
  // Chrome is not on the PATH there; playwright knows its places.
  if (process.platform !== 'linux') return { channel: 'chrome' };
  const executablePath = onPath() ?? (installOnDebian() ? onPath() : undefined);
  if (executablePath !== undefined) return { executablePath };
  throw new Error('No Chromium found. Install Chromium or Chrome, or set CHROME_PATH to its executable.');
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installOnDebian(): boolean {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return false;
  console.log('Installing Chromium, once…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('apt-get', ['-q', ...args], { env, encoding: 'utf8' });
    if (status !== 0) console.error(`${stdout}${stderr}`);
    return status === 0;
  };
  return apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
}
