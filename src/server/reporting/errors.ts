import { alreadyRunningExitCode } from '../../wire/serverFile.ts';

/** A request that is answered with an error: `message` is what the client reads. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** Seconds after which the client may come again. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, options: ErrorOptions & { retryAfter?: number } = {}) {
    super(message, options);
    this.status = status;
    this.retryAfter = options.retryAfter;
  }
}

/** The server cannot start, for a reason that the person at the command line can act on. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** The process's exit code. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failure, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const exitCodes = { failure: 1, usage: 2, alreadyRunning: alreadyRunningExitCode } as const;
