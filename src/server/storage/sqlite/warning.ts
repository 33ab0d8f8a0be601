/**
 * Node 22 tells everybody who loads its SQLite that it is experimental, which nobody at our terminal can act on. Has to
 * be imported before `node:sqlite`; every other warning is told as ever.
 */
const emitWarning = process.emitWarning.bind(process);

process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
  if (typeof warning === 'string' && rest[0] === 'ExperimentalWarning' && warning.startsWith('SQLite ')) return;
  Reflect.apply(emitWarning, process, [warning, ...rest]);
}) as typeof process.emitWarning;
