const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/**
 * How long ago something was, in few words: "5 min. ago", "yesterday"; "now" within the last minute and where two clocks
 * differ. Null where `time`, in ISO 8601, tells none.
 *
 * @param now ms since 1970
 */
export function agoText(time: string | null | undefined, now: number, language: string): string | null {
  const then = Date.parse(time ?? '');
  if (Number.isNaN(then)) return null;
  const ms = Math.max(0, now - then);
  const [unit, length] = units.find(([, shortest]) => ms >= shortest) ?? ['second', Number.POSITIVE_INFINITY];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }).format(
    -Math.floor(ms / length) || 0,
    unit,
  );
}
