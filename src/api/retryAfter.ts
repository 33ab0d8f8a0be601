/**
 * The `Retry-After` header (RFC 9110, 10.2.3) in ms from `now`: seconds or an HTTP date. Null when absent or unreadable.
 *
 * @param now ms since 1970
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header.trim()) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
