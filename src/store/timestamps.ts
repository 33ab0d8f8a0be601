import { float64, uint8 } from './column.ts';

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,6}))?(Z|\+00:00)$/;
const kept = 255;
/** Forms of a time in UTC: 0 to 6 digits after the point, ending in `Z` or `+00:00`. */
const longForms = 7;
/** Of `2026-01-31T23:59:59`. */
const secondLength = 19;

/** When each row was created, as the server wrote it. A usual form takes 9 bytes; any other is kept as it is. */
export class Timestamps {
  /** Microseconds since 1970. */
  readonly #times = float64();
  readonly #forms = uint8();
  readonly #texts = new Map<number, string>();
  /** Rows of one batch share their time. */
  #last = { text: '', time: 0, form: kept };
  /** Rows that follow each other are mostly of one second, which takes ten times as long to read as what stands behind it. */
  #second = { text: '', time: Number.NaN };

  set(row: number, text: string): void {
    if (text !== this.#last.text) this.#last = this.#pack(text);
    const { time, form } = this.#last;
    this.#times.set(row, time);
    this.#forms.set(row, form);
    if (form === kept) this.#texts.set(row, text);
  }

  get(row: number): string {
    const form = this.#forms.get(row);
    return form === kept ? (this.#texts.get(row) ?? '') : unpack(this.#times.get(row), form);
  }

  /** The order of the texts. */
  compare(a: number, b: number): number {
    const form = this.#forms.get(a);
    // Texts of one form are as long as each other, so they are in the order of their times.
    if (form === this.#forms.get(b) && form !== kept) return this.#times.get(a) - this.#times.get(b);
    const [left, right] = [this.get(a), this.get(b)];
    return left === right ? 0 : left < right ? -1 : 1;
  }

  #pack(text: string): { text: string; time: number; form: number } {
    const [, fraction = '', zone] = timestamp.exec(text) ?? [];
    if (zone === undefined) return { text, time: 0, form: kept };
    const second = text.slice(0, secondLength);
    if (second !== this.#second.text) this.#second = { text: second, time: timeOfSecond(second) };
    const time = this.#second.time + Number(fraction.padEnd(6, '0'));
    const form = fraction.length + (zone === 'Z' ? 0 : longForms);
    return Number.isSafeInteger(time) ? { text, time, form } : { text, time: 0, form: kept };
  }
}

/** Microseconds since 1970 of `2026-01-31T23:59:59`, in UTC; NaN for a time that does not exist, which is read as another one. */
function timeOfSecond(second: string): number {
  const time = Date.parse(`${second}Z`) * 1000;
  return Number.isSafeInteger(time) && secondText(time) === second ? time : Number.NaN;
}

/** @param time whole seconds, in microseconds since 1970 */
function secondText(time: number): string {
  return new Date(time / 1000).toISOString().slice(0, secondLength);
}

function unpack(time: number, form: number): string {
  const micros = ((time % 1e6) + 1e6) % 1e6;
  const whole = secondText(time - micros);
  const digits = form % longForms;
  const fraction = digits === 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, digits)}`;
  return `${whole}${fraction}${form < longForms ? 'Z' : '+00:00'}`;
}
