import { isLoopback } from '../../access/hosts.ts';
import { exitCodes, StartError } from '../../reporting/errors.ts';

/** The environment variable that chooses PostgreSQL. */
export const databaseVariable = 'TRAINING_PREDICTIONS_DATABASE_URL';

const expected =
  'expected postgresql://user:password@host:port/database, with the characters # / ? @ of a password written as ' +
  '%23 %2F %3F %40';

/** Where a PostgreSQL database is. Holds the password: only `shown` may be told to anybody. */
export interface PostgresAddress {
  readonly url: string;
  /** Host, port and database. */
  readonly shown: string;
  /** True when what is sent there can be read on a network. */
  readonly isOpenToNetwork: boolean;
}

/** @throws StartError that tells nothing of the address, as it may hold a password */
export function postgresAddress(text: string): PostgresAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw refusal(expected);
  }
  // A password with such a character in it as it is ends where nobody expects it, in the host's name for example.
  if (url.hash !== '' || url.pathname.includes('@') || url.search.includes('@')) {
    throw refusal(expected);
  }
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const port = url.searchParams.get('port') ?? (url.port || '5432');
  const encrypts = !['disable', 'prefer', null].includes(url.searchParams.get('sslmode'));
  const isLocal = host === '' || host.startsWith('/') || isLoopback(host.replace(/^\[|\]$/g, ''));
  return { url: text, shown: `${host}:${port}${url.pathname}`, isOpenToNetwork: !isLocal && !encrypts };
}

function refusal(what: string): StartError {
  return new StartError(`${databaseVariable}: ${what}`, exitCodes.usage);
}
