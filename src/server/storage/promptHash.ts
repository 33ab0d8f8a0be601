import { createHash } from 'node:crypto';

/** What is kept of a sample's key while nobody knows whether it comes twice: 96 bits, which no two of a job share. */
export function promptHash(promptKey: string): string {
  // JSON, since UTF-8 knows no lone surrogates.
  return createHash('sha256').update(JSON.stringify(promptKey)).digest('base64').slice(0, 16);
}
