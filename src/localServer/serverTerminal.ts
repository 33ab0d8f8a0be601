import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import * as vscode from 'vscode';

/** The server's name on the command line. */
export const programName = 'training-predictions-server';

export interface ServerTerminal {
  /** Where the small program goes that runs the bundled one by its name. */
  folder: string;
  /** The bundled server. */
  program: string;
  dataDirectory: string;
  /** Of PostgreSQL, which the program then works on; null for none. */
  databaseUrl: string | null;
}

/**
 * Opens a terminal in which the bundled server is a command: for keys of a team, or a server of one's own, where the
 * extension alone is installed. VS Code does not keep such a terminal, since its environment may hold a password.
 */
export async function openServerTerminal({
  folder,
  program,
  dataDirectory,
  databaseUrl,
}: ServerTerminal): Promise<void> {
  await writePrograms(folder, process.execPath, program);
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const terminal = vscode.window.createTerminal({
    name: vscode.l10n.t('Predictions Server'),
    iconPath: new vscode.ThemeIcon('server-process'),
    isTransient: true,
    env: {
      [pathName]: [folder, process.env[pathName] ?? ''].join(delimiter),
      TRAINING_PREDICTIONS_HOME: dataDirectory,
      ...(databaseUrl === null ? {} : { TRAINING_PREDICTIONS_DATABASE_URL: databaseUrl }),
    },
  });
  terminal.show();
  terminal.sendText(`${programName} --help`);
}

/** Anew each time: with an update of VS Code or of the extension both paths change. */
async function writePrograms(folder: string, node: string, program: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const shell = join(folder, programName);
  const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
  await writeFile(shell, `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(node)} ${quoted(program)} "$@"\n`);
  await chmod(shell, 0o755);
  await writeFile(`${shell}.cmd`, `@setlocal\r\n@set ELECTRON_RUN_AS_NODE=1\r\n@"${node}" "${program}" %*\r\n`);
}
