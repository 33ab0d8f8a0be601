import { plainLine } from '../plainText.ts';

/** What is told on standard output, one JSON object a line. Paths are as the system has them. */
export type FollowEvent =
  | { readonly event: 'waiting'; readonly path: string }
  | {
      readonly event: 'run';
      readonly job_id: string;
      readonly format: string;
      readonly path: string;
      readonly files: number;
    }
  | { readonly event: 'following'; readonly job_id: string; readonly format: string; readonly path: string }
  | { readonly event: 'sent'; readonly file: string; readonly rows: number }
  | { readonly event: 'done'; readonly rows: number; readonly known: number; readonly refused: number };

/** Where a follower tells what it does. */
export interface Report {
  event(event: FollowEvent): void;
  /** To people. */
  say(words: string): void;
  /** A row, or a whole file, that is not sent. @param file relative to the run's folder */
  refuse(file: string, line: number | null, why: string): void;
}

export function reportTo(out: NodeJS.WritableStream, words: NodeJS.WritableStream): Report {
  const say = (text: string) => void words.write(`${plainLine(text)}\n`);
  return {
    event: (event) => out.write(`${JSON.stringify(event)}\n`),
    say,
    refuse: (file, line, why) => say(`${file}${line === null ? '' : `, line ${line}`}: ${why}`),
  };
}

/** Words that are said once, however often there is a reason to. */
export class SaidOnce {
  readonly #report: Report;
  readonly #said = new Set<string>();

  constructor(report: Report) {
    this.#report = report;
  }

  say(words: string): void {
    if (this.#said.has(words)) return;
    this.#said.add(words);
    this.#report.say(words);
  }
}
