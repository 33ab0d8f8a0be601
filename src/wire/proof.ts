import * as Type from 'typebox';
import { schema } from './schema.ts';
import type { ServerFile } from './serverFile.ts';

/** What a client has to know of a local server to tell it from whoever else listens at its address. */
export type ServerProof = Pick<ServerFile, 'url' | 'instance' | 'proofKey'>;

/** Query of `GET /health`: a random text of the client's, for the server to prove itself with. */
export const healthQuery = schema(
  Type.Object({ challenge: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z_-]{32,128}$' })) }),
);

/**
 * What a server signs, by HMAC-SHA256 under its `proofKey`, to prove itself to who sent `challenge`. Its own address is
 * in it, so that an answer which somebody at another address fetched from the true server does not fit.
 */
export function proofMessage(challenge: string, { url, instance }: Pick<ServerProof, 'url' | 'instance'>): string {
  return `training-predictions-proof\n${challenge}\n${url}\n${instance}`;
}
