import * as Type from 'typebox';
import { schema } from './schema.ts';

/** Exit code of a server that found another one at work on its data directory. */
export const alreadyRunningExitCode = 3;

const serverFileType = Type.Object({
  url: Type.String({ minLength: 1 }),
  apiKey: Type.String({ pattern: '^[\\x21-\\x7e]+$' }),
  pid: Type.Integer({ minimum: 1 }),
  /** As `/health` tells it: without that word the file is a leftover. */
  instance: Type.String({ minLength: 1 }),
});
/** `server.json` in the data directory of a running local server. */
export const serverFile = schema(serverFileType);
export type ServerFile = Type.Static<typeof serverFileType>;
