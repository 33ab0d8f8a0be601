import { isIP } from 'node:net';

/**
 * Tells by a request's `Host` whether it was meant for this server. A web page can make its own name resolve to
 * 127.0.0.1 (DNS rebinding) and then read what a browser lets it read of its own origin; it cannot choose `Host`.
 *
 * @param boundHost what the server was told to listen on
 */
export function hostCheck(boundHost: string): (host: string | undefined) => boolean {
  const bound = boundHost.toLowerCase();
  return (host) => {
    const name = hostName(host);
    if (name === undefined) return false;
    // An address cannot be rebound.
    return isLoopback(name) || name === bound || (isUnspecified(bound) && isIP(name) !== 0);
  };
}

/** True for names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** `host` without its port and brackets, in lower case. */
function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d+)?$/i.exec(host ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
