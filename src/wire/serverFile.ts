import * as Type from 'typebox';
import { schema } from './schema.ts';

/** Exit code of a server that found another one at work on its data directory. */
export const alreadyRunningExitCode = 3;

const olderFields = {
  url: Type.String({ minLength: 1 }),
  apiKey: Type.String({ pattern: '^[\\x21-\\x7e]+$' }),
  pid: Type.Integer({ minimum: 1 }),
  /** As `/health` tells it. */
  instance: Type.String({ minLength: 1 }),
};
const serverFileType = Type.Object({
  ...olderFields,
  /** 32 random bytes of this one process in hex, never sent: what it proves itself with (`proof.ts`). */
  proofKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
/** `server.json` in the data directory of a running local server. */
export const serverFile = schema(serverFileType);
export type ServerFile = Type.Static<typeof serverFileType>;
/** The same of any version: early ones had nothing to prove themselves with. */
export const anyServerFile = schema(Type.Object({ ...olderFields, proofKey: Type.Optional(Type.Unknown()) }));
