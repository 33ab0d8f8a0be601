import type { Prediction } from '../wire/prediction.ts';

/** Fields by which servers and trainers say why a completion ended. */
const reasonFields = ['finish_reason', 'stop_reason'] as const;
/** What they call an end for want of room. */
const lengthReasons: ReadonlySet<string> = new Set([
  ...['length', 'max_tokens', 'max_new_tokens', 'max_length', 'max_output_tokens', 'MAX_TOKENS'],
  'model_length',
]);

/** A completion that ended for want of room. */
export interface CutOff {
  /** How many tokens it has; null where nobody says. */
  readonly tokens: number | null;
}

/** Whether a completion was cut off: its sender says so, or it has as many tokens as it may have. Null where it was not. */
export function cutOffOf(row: Prediction): CutOff | null {
  const { completion_tokens: tokens, max_new_tokens: most } = row;
  const isFull = tokens != null && most != null && most > 0 && tokens >= most;
  const fields = row as Readonly<Record<string, unknown>>;
  const isSaid = reasonFields.some((name) => {
    const reason = fields[name];
    return typeof reason === 'string' && lengthReasons.has(reason);
  });
  return isFull || isSaid ? { tokens: tokens ?? most ?? null } : null;
}
