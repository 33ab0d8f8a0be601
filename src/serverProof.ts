import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { proofMessage, type ServerProof } from './wire/proof.ts';

/** A challenge that nobody was asked before. */
export function newChallenge(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether an answer to `challenge` came from the server that `server.json` tells of. */
export function isProven(server: ServerProof, challenge: string, proof: string | undefined): boolean {
  const expected = Buffer.from(signed(Buffer.from(server.proofKey, 'hex'), challenge, server));
  const answered = Buffer.from(proof ?? '');
  return answered.length === expected.length && timingSafeEqual(answered, expected);
}

/** What the server answers to `challenge`: HMAC-SHA256 in hexadecimal. */
export function signed(key: Buffer, challenge: string, server: Pick<ServerProof, 'url' | 'instance'>): string {
  return createHmac('sha256', key).update(proofMessage(challenge, server)).digest('hex');
}
