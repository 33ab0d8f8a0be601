import { plain } from '../columns.ts';
import { isObject } from '../rows.ts';

/**
 * A document of lm-evaluation-harness that was answered by choosing: `arguments` holds a request for each choice, with what
 * it was asked about (`arg_0`) and the choice (`arg_1`), `filtered_resps` a pair for each, `["-9.5", "False"]`: its
 * log-likelihood and whether it would be decoded greedily.
 */
export interface Choice {
  readonly prompt: unknown;
  readonly choices: readonly string[];
  readonly logLikelihoods: readonly number[];
  /** Place of the likeliest. */
  readonly chosen: number;
}

/** More of them get no score of their own. */
const mostChoices = 16;

export function choiceOf(cells: Readonly<Record<string, unknown>>): Choice | undefined {
  const requests = requestsOf(cellOf(cells, 'arguments'));
  const answers = cellOf(cells, 'filteredresps');
  if (requests === undefined || !Array.isArray(answers) || answers.length !== requests.length) return undefined;
  if (isWholeText(cells, answers)) {
    return { prompt: requests[0]?.[0], choices: [''], logLikelihoods: [Number(answers[0])], chosen: 0 };
  }
  const logLikelihoods = answers.map(logLikelihoodOf);
  if (!logLikelihoods.every((number) => number !== undefined)) return undefined;
  const { prompt, choices } = askedOf(requests);
  if (!choices.every((choice) => typeof choice === 'string')) return undefined;
  const chosen = logLikelihoods.indexOf(Math.max(...logLikelihoods));
  const [only] = choices;
  // Of one continuation it is asked whether the model would have said it.
  const isUnsaid = choices.length === 1 && only === cellOf(cells, 'target') && !isGreedy(answers[0]);
  return { prompt, choices: isUnsaid ? [''] : choices, logLikelihoods, chosen };
}

/** A text that was rated as a whole: no answer at all. */
function isWholeText(cells: Readonly<Record<string, unknown>>, answers: readonly unknown[]): boolean {
  const metrics = cellOf(cells, 'metrics');
  const isRated = Array.isArray(metrics) && metrics.some((metric) => /perplexity|bits_per_byte/.test(String(metric)));
  return isRated && answers.length === 1 && typeof answers[0] !== 'object' && Number.isFinite(Number(answers[0]));
}

/** What was asked and what to choose from; where the beginnings differ, the choice stands in them. */
function askedOf(requests: readonly (readonly [unknown, unknown])[]): { prompt: unknown; choices: unknown[] } {
  const [first] = requests;
  const choices = requests.map(([, choice]) => choice);
  const beginnings = requests.map(([asked]) => asked);
  const isSame = choices.every((choice) => choice === first?.[1]);
  if (requests.length < 2 || !isSame || !beginnings.every((asked) => typeof asked === 'string')) {
    return { prompt: first?.[0], choices };
  }
  const shared = sharedBeginning(beginnings);
  return {
    prompt: shared,
    choices: requests.map(([asked, rest]) => String(asked).slice(shared.length) + String(rest)),
  };
}

/** Up to the end of a word. */
function sharedBeginning(texts: readonly string[]): string {
  const [first = ''] = texts;
  let length = 0;
  while (length < first.length && texts.every((text) => text[length] === first[length])) length += 1;
  return first.slice(0, first.lastIndexOf(' ', length) + 1);
}

function isGreedy(pair: unknown): boolean {
  return Array.isArray(pair) && /^true$/i.test(String(pair[1]));
}

/** What a request of the harness asks; undefined for what is no request. */
export function promptOfArguments(value: unknown): unknown {
  const [first] = requestsOf(value) ?? [];
  return first?.[0];
}

/** `{"gen_args_0": {"arg_0": …, "arg_1": …}, …}`, or `[[…, …], …]` in older versions. */
function requestsOf(value: unknown): [asked: unknown, rest: unknown][] | undefined {
  const all = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  if (all.length === 0) return undefined;
  const requests = all.map((one): [unknown, unknown] | undefined => {
    if (Array.isArray(one)) return [one[0], one[1]];
    return isObject(one) && 'arg_0' in one ? [one['arg_0'], one['arg_1']] : undefined;
  });
  return requests.every((request) => request !== undefined) ? requests : undefined;
}

function logLikelihoodOf(pair: unknown): number | undefined {
  if (!Array.isArray(pair) || pair.length !== 2) return undefined;
  const [number, greedy] = pair as unknown[];
  if (!/^(true|false)$/i.test(String(greedy))) return undefined;
  const value = number === '-inf' || Number.isNaN(number) ? Number.NEGATIVE_INFINITY : Number(number);
  return Number.isNaN(value) ? undefined : value;
}

/** The right choice: its place, or the choice itself. */
export function rightChoice({ choices }: Choice, target: unknown): string | undefined {
  const text = String(target ?? '');
  const named = choices.find((choice) => choice === text) ?? choices.find((choice) => choice.trim() === text.trim());
  return named ?? (/^\s*\d+\s*$/.test(text) ? choices[Number(text)] : undefined);
}

/** Under their names in `scores`: that of what was chosen, and that of each choice by its place. */
export function choiceScores({ logLikelihoods, chosen }: Choice): Record<string, number | null> {
  const finite = (number: number | undefined): number | null =>
    number !== undefined && Number.isFinite(number) ? number : null;
  const each = logLikelihoods.slice(0, mostChoices).map((number, place) => [`log_likelihood_${place}`, finite(number)]);
  return { log_likelihood: finite(logLikelihoods[chosen]), ...Object.fromEntries(each) };
}

/** Whether a table with these columns is a log of samples. */
export function isHarnessLog(columns: readonly string[]): boolean {
  const names = columns.map(plain);
  return ['docid', 'arguments', 'filteredresps'].every((name) => names.includes(name));
}

function cellOf(cells: Readonly<Record<string, unknown>>, name: string): unknown {
  const column = Object.keys(cells).find((one) => plain(one) === name);
  const cell = column === undefined ? undefined : cells[column];
  if (typeof cell !== 'string' || !/^[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}
