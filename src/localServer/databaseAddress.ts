/** Why a text cannot be the address of a PostgreSQL database; null when it can. The text may hold a password: it is not repeated. */
export function databaseProblem(text: string): 'form' | 'spaces' | null {
  if (/\s/.test(text)) return 'spaces';
  if (!/^postgres(ql)?:\/\//.test(text)) return 'form';
  try {
    const { hostname, searchParams } = new URL(text);
    // A socket's folder stands in the query.
    return hostname !== '' || searchParams.has('host') ? null : 'form';
  } catch {
    return 'form';
  }
}

/** Takes an address and its password out of what somebody says of it. */
export function withoutAddress(said: string, address: string): string {
  const { password } = new URL(address);
  const secrets = [address, password, decodeURIComponentOrNot(password)].filter((secret) => secret !== '');
  return secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '…'), said);
}

function decodeURIComponentOrNot(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that begins no code is meant as it stands.
    return text;
  }
}
