/** Exit codes of `follow`. */
export const exitCodes = {
  /** All is sent. */
  done: 0,
  /** Some rows were refused, or the job is gone. */
  refused: 1,
  /** Nothing is recognised, several runs are, or the call is wrong. */
  usage: 2,
  /** The server cannot be reached. */
  unreachable: 3,
} as const;

/** Following ends here, for a reason that the person at the command line can act on. */
export class FollowEndedError extends Error {
  override readonly name = 'FollowEndedError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
