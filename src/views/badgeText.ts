import { type ConnectionSummary, isOver } from '../stream/connectionSummary.ts';

/**
 * What the badge says: always the state first, so that it can be read without its colour.
 *
 * @param now ms since 1970
 * @param notLive how many of the `watched` jobs are not live
 */
export function badgeText(
  { label, retryAt }: ConnectionSummary,
  now: number,
  notLive: number,
  watched: number,
): string {
  const parts: string[] = [label];
  if (retryAt !== null) parts[0] = `${label} ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
  const others = label === 'Live' || isOver(label) ? notLive : notLive - 1;
  if (others > 0) parts.push(`${notLive} of ${watched} not live`);
  return parts.join(' · ');
}
