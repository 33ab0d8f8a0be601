import { float64, uint8 } from './column.ts';

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,6}))?(Z|\+00:00)$/;
const kept = 255;
/** Forms of a time in UTC: 0 to 6 digits after the point, ending in `Z` or `+00:00`. */
const longForms = 7;

/** When each row was created, as the server wrote it. A usual form takes 9 bytes; any other is kept as it is. */
export class Timestamps {
  /** Microseconds since 1970. */
  readonly #times = float64();
  readonly #forms = uint8();
  readonly #texts = new Map<number, string>();
  /** Rows of one batch share their time. */
  #last = { text: '', time: 0, form: kept };

  set(row: number, text: string): void {
    if (text !== this.#last.text) this.#last = { text, ...pack(text) };
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
}

function pack(text: string): { time: number; form: number } {
  const [, fraction = '', zone] = timestamp.exec(text) ?? [];
  const seconds = zone === undefined ? Number.NaN : Date.parse(`${text.slice(0, 19)}Z`);
  const time = seconds * 1000 + Number(fraction.padEnd(6, '0'));
  const form = fraction.length + (zone === 'Z' ? 0 : longForms);
  // A day that does not exist is read as another one.
  return Number.isSafeInteger(time) && unpack(time, form) === text ? { time, form } : { time: 0, form: kept };
}

function unpack(time: number, form: number): string {
  const micros = ((time % 1e6) + 1e6) % 1e6;
  const whole = new Date((time - micros) / 1000).toISOString().slice(0, 19);
  const digits = form % longForms;
  const fraction = digits === 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, digits)}`;
  return `${whole}${fraction}${form < longForms ? 'Z' : '+00:00'}`;
}
