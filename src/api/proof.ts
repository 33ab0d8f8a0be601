import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { proofMessage, type ServerProof } from '../wire/proof.ts';

/** A challenge that nobody was asked before. */
export function newChallenge(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether an answer to `challenge` came from the server that `server.json` tells of. */
export function isProven(server: ServerProof, challenge: string, proof: string | undefined): boolean {
  const key = Buffer.from(server.proofKey, 'hex');
  const expected = Buffer.from(createHmac('sha256', key).update(proofMessage(challenge, server)).digest('hex'));
  const answered = Buffer.from(proof ?? '');
  return answered.length === expected.length && timingSafeEqual(answered, expected);
}
