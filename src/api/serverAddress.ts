/** The address of a server is unusable; the message says why and what to set instead. */
export class InvalidServerAddressError extends Error {
  override readonly name = 'InvalidServerAddressError';
}

/** Where a server is. A key is stored for, and sent to, `origin` alone. */
export interface ServerAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  /** `origin` and an optional path, without a slash at its end. */
  readonly baseUrl: string;
  /** Host and port, for people. */
  readonly host: string;
}

/**
 * Parses a server's base URL. A key must not cross a network in the clear, so plain `http:` is taken for this machine
 * alone.
 *
 * @throws InvalidServerAddressError
 */
export function parseServerAddress(text: string): ServerAddress {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch (cause) {
    throw new InvalidServerAddressError(
      `“${text}” is not a server address. Set trainingPredictions.serverUrl to something like https://finetunelab.ai.`,
      { cause },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidServerAddressError(
      'The server address holds a user name or password. Remove it and use Set API Key instead.',
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new InvalidServerAddressError(
      `${url.origin === 'null' ? url.protocol : url.origin} is not protected by TLS. Use https://, or http:// for a server on this machine.`,
    );
  }
  return { origin: url.origin, baseUrl: url.origin + url.pathname.replace(/\/+$/, ''), host: url.host };
}

/** True for `localhost`, 127.0.0.0/8 and `[::1]`, as `URL` normalizes them. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
