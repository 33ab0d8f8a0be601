import * as vscode from 'vscode';
import { logLine } from './redact.ts';

/**
 * The output channel **Training Predictions**. Nothing that looks like a key or token passes, and a message is one line,
 * whatever names it holds.
 */
export class RedactingLog implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('Training Predictions', { log: true });

  info(message: string): void {
    this.#channel.info(logLine(message));
  }

  warn(message: string): void {
    this.#channel.warn(logLine(message));
  }

  /** Logs an error with the causes behind it. */
  error(what: string, error: unknown): void {
    this.#channel.error(logLine(`${what}: ${withCauses(error)}`));
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}

function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own} ← ${withCauses(error.cause)}`;
}
