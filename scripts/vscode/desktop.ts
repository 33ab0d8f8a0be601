import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { VsCodeOptions } from './server.ts';

/** Windows has `code.cmd`, which only a shell runs. */
const shell = process.platform === 'win32';

/** Whether a program of this process can show a window. */
export function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return [process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].some((name) => name !== undefined && name !== '');
}

/** The command that starts the desktop VS Code, where there is one and a screen. */
export function findDesktop(): string | undefined {
  return hasScreen() && spawnSync('code', ['--version'], { shell }).status === 0 ? 'code' : undefined;
}

/**
 * Opens a window of the desktop VS Code with folders of its own, so that the person's settings and extensions stay as
 * they are. Returns when the window is closed or the signal comes.
 */
export async function openDesktop(
  command: string,
  { dataDir, extensions = [], env }: Pick<VsCodeOptions, 'dataDir' | 'extensions' | 'env'>,
  signal: AbortSignal,
): Promise<void> {
  const folders = [
    ...['--user-data-dir', path.join(dataDir, 'desktop')],
    ...['--extensions-dir', path.join(dataDir, 'desktop-extensions')],
  ];
  const run = async (...args: string[]) => {
    const child = spawn(command, [...folders, ...args], { shell, env: { ...process.env, ...env }, stdio: 'ignore' });
    const stop = () => child.kill();
    signal.addEventListener('abort', stop);
    const [code] = await once(child, 'exit');
    signal.removeEventListener('abort', stop);
    if (code !== 0 && !signal.aborted) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  };
  for (const extension of extensions) await run('--install-extension', extension, '--force');
  await run('--new-window', '--wait', '--disable-workspace-trust', '--skip-welcome');
}
