import { isIP } from 'node:net';

/**
 * Tells by a request's `Host` whether it was meant for this server. A web page can make its own name resolve to
 * 127.0.0.1 (DNS rebinding) and then read what a browser lets it read of its own origin; it cannot choose `Host`.
 *
 * @param boundHost what the server was told to listen on
 * @param allowed more names, in lower case
 */
export function hostCheck(boundHost: string, allowed: readonly string[] = []): (host: string | undefined) => boolean {
  const bound = boundHost.toLowerCase();
  return (host) => {
    const name = hostName(host);
    if (name === undefined) return false;
    // An address cannot be rebound.
    if (isLoopback(name) || (isUnspecified(bound) && isIP(name) !== 0)) return true;
    return name === bound || allowed.includes(name);
  };
}

/** True for names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function isUnspecified(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** True for a name or address as `Host` carries it, without a port. */
export function isHostName(text: string): boolean {
  return isIP(text) !== 0 || /^[a-z\d_]([a-z\d._-]*[a-z\d])?$/i.test(text);
}

/** True for a peer on this machine; `::ffff:127.0.0.1` is how a socket for both families tells an IPv4 one. */
export function isLoopbackPeer(address: string | undefined): boolean {
  return isLoopback((address ?? '').replace(/^::ffff:/, ''));
}

/** `host` without its port and brackets, in lower case. */
function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d+)?$/i.exec(host ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
