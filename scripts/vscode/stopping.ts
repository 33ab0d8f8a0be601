/** Signals by which a person, a terminal or another program ends this one, and the exit codes that say so. */
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Calls `stop` when this process is to end: by a signal, or because the npm that runs it is gone. A signal to npm ends
 * npm and its shell but does not reach the script.
 */
export function onStop(stop: (exitCode: number) => void): void {
  for (const [signal, code] of Object.entries(signals)) process.on(signal, () => stop(code));
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop(signals.SIGTERM);
  }, 500);
  watch.unref();
}

/** Makes a signal an ordinary exit, so that `exit` listeners end the processes that this one started. */
export function exitOnStop(): void {
  onStop((code) => process.exit(code));
}
