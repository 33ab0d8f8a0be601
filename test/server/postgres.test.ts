import { PostgresStorage } from '../../src/server/postgres.ts';
import { sharedPostgres } from '../support/sharedPostgres.ts';
import { storageSuite } from './storageSuite.ts';

const report = (error: unknown) => process.emitWarning(String(error));
let url: string;

storageSuite('PostgreSQL', {
  open: () => PostgresStorage.open(url, report),
  reset: async () => {
    url = await (await sharedPostgres()).createDatabase();
  },
});
