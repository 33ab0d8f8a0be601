import { exitCodes, StartError } from './reporting/errors.ts';

/** @throws StartError naming the flag */
export function numberFlag(name: string, text: string, range: { min: number; max: number; integer: boolean }): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= range.min && value <= range.max && (Number.isInteger(value) || !range.integer)) return value;
  const kind = range.integer ? 'an integer' : 'a number';
  throw usageError(`${name}: expected ${kind} from ${range.min} to ${range.max}, got "${text}"`);
}

/** @throws StartError naming the flag */
export function choiceFlag<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw usageError(`${name}: expected one of ${choices.join(', ')}, got "${value}"`);
}

export function usageError(message: string, cause?: unknown): StartError {
  return new StartError(`${message}\nTry --help.`, exitCodes.usage, { cause });
}
