/** Numbers, times and dates as a person reads them. */
export interface Formats {
  /** 1,000 */
  count(value: number): string;
  /** 0..1 with three digits: 0.013 */
  rate(value: number): string;
  /** 0..1 as a percentage with one digit: 64.0% */
  percent(value: number): string;
  /** A loss or a learning rate with four digits that count: 0.9159, 1.2e-5 */
  figure(value: number): string;
  /** A score of any size: 1, 0.700, -3.250, 1.2e-5 */
  score(value: number): string;
  /** Milliseconds as a rough length of time: 2 s, 5 min, 3 h, 4 d */
  duration(milliseconds: number): string;
  /** ISO 8601 as a local date and time; a text that is no date comes back as it is. */
  moment(iso: string): string;
}

/** @param locale the reader's own when left out */
export function formatsFor(locale?: string): Formats {
  const count = new Intl.NumberFormat(locale);
  const rate = new Intl.NumberFormat(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const percent = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const significant = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
  const scientific = new Intl.NumberFormat(locale, { notation: 'scientific', maximumSignificantDigits: 4 });
  // As programs and training logs write it: 1.2e-5.
  const withExponent = (value: number): string =>
    scientific
      .formatToParts(value)
      .map((part) => (part.type === 'exponentSeparator' ? 'e' : part.value))
      .join('');
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  return {
    count: (value) => count.format(value),
    rate: (value) => rate.format(value),
    percent: (value) => percent.format(value),
    figure: (value) => (value !== 0 && Math.abs(value) < 0.0001 ? withExponent(value) : significant.format(value)),
    score: (value) => {
      const size = Math.abs(value);
      if (size >= 1e7 || (size !== 0 && size < 0.0005)) return withExponent(value);
      return (Number.isInteger(value) ? count : rate).format(value);
    },
    duration: (milliseconds) => {
      const seconds = Math.max(0, Math.floor(milliseconds / 1000));
      if (seconds < 60) return `${count.format(seconds)} s`;
      if (seconds < 3600) return `${count.format(Math.floor(seconds / 60))} min`;
      if (seconds < 86_400) return `${count.format(Math.floor(seconds / 3600))} h`;
      return `${count.format(Math.floor(seconds / 86_400))} d`;
    },
    moment: (iso) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? iso : moment.format(date);
    },
  };
}
