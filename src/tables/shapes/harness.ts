import { cellChat } from '../chatCells.ts';
import { plain } from '../columns.ts';
import { isObject } from '../rows.ts';

type Cells = Readonly<Record<string, unknown>>;

/** What the harness writes in each line beside the metrics. */
const ownColumns: ReadonlySet<string> = new Set([
  ...['docid', 'doc', 'target', 'arguments', 'resps', 'filteredresps', 'filter', 'metrics'],
  ...['dochash', 'prompthash', 'targethash', 'scoresperrepeat', 'scores'],
]);

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

export function choiceOf(cells: Cells): Choice | undefined {
  const all = requestsOf(cellOf(cells, 'arguments'));
  const given = cellOf(cells, 'filteredresps');
  if (all === undefined || !Array.isArray(given) || given.length !== all.length) return undefined;
  const requests = withoutUnconditional(all);
  const answers: unknown[] = given.slice(0, requests.length);
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

/** For `acc_mutual_info` each choice is asked for once more behind all of them, without what it is the answer to. */
function withoutUnconditional(requests: readonly Request[]): readonly Request[] {
  const half = requests.length / 2;
  const isUnconditional = requests.slice(half).every(([asked, choice], index) => {
    const [context, conditional] = requests[index] ?? [];
    return asked === '' && context !== '' && String(conditional).trim() === String(choice).trim();
  });
  return Number.isInteger(half) && isUnconditional ? requests.slice(0, half) : requests;
}

/** The names of a line's metrics, which older versions do not list. */
export function metricNames(cells: Cells): string[] {
  const listed = cellOf(cells, 'metrics');
  return Array.isArray(listed) ? listed.map(String) : Object.keys(cells).filter((name) => !ownColumns.has(plain(name)));
}

/** A text that was rated as a whole: no answer at all. */
function isWholeText(cells: Cells, answers: readonly unknown[]): boolean {
  const isRated = metricNames(cells).some((metric) => /perplexity|bits_per_byte/.test(metric));
  return isRated && answers.length === 1 && typeof answers[0] !== 'object' && Number.isFinite(Number(answers[0]));
}

/** What was asked and what to choose from; where the beginnings differ, the choice stands in them. */
function askedOf(requests: readonly Request[]): { prompt: unknown; choices: unknown[] } {
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

/** What a request of the harness asks, a text or messages; undefined for what is no request. */
export function promptOfArguments(value: unknown): unknown {
  const [first] = requestsOf(value) ?? [];
  return first?.[0];
}

type Request = readonly [asked: unknown, rest: unknown];

/** `{"gen_args_0": {"arg_0": …, "arg_1": …}, …}`, or `[[…, …], …]` in older versions. */
function requestsOf(value: unknown): Request[] | undefined {
  const all = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  if (all.length === 0) return undefined;
  const requests = all.map((one): Request | undefined => {
    if (Array.isArray(one)) return [contextOf(one[0]), one[1]];
    return isObject(one) && 'arg_0' in one ? [contextOf(one['arg_0']), one['arg_1']] : undefined;
  });
  return requests.every((request) => request !== undefined) ? requests : undefined;
}

/** What is asked of a server that takes chats is their JSON, in a list around it: `["[{\"role\": …}]"]`. */
function contextOf(asked: unknown): unknown {
  if (!Array.isArray(asked) || asked.length !== 1 || typeof asked[0] !== 'string') return asked;
  const [text] = asked as [string];
  const messages = jsonIn(text);
  return cellChat(messages) === undefined ? text : messages;
}

function logLikelihoodOf(pair: unknown): number | undefined {
  if (!Array.isArray(pair) || pair.length !== 2) return undefined;
  const [number, greedy] = pair as unknown[];
  if (!/^(true|false)$/i.test(String(greedy))) return undefined;
  const value = number === '-inf' || Number.isNaN(number) ? Number.NEGATIVE_INFINITY : Number(number);
  return Number.isNaN(value) ? undefined : value;
}

/** The right choice: its place, or the choice itself. Of several that are right the one that was chosen, else the first. */
export function rightChoice({ choices, chosen }: Choice, target: unknown): string | undefined {
  const places = typeof target === 'string' && /^\[[\d, ]+\]$/.test(target) ? jsonIn(target) : target;
  if (Array.isArray(places) && places.length > 0 && places.every((place) => choices[Number(place)] !== undefined)) {
    return choices[places.includes(chosen) ? chosen : Number(places[0])];
  }
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

function cellOf(cells: Cells, name: string): unknown {
  const column = Object.keys(cells).find((one) => plain(one) === name);
  const cell = column === undefined ? undefined : cells[column];
  return typeof cell === 'string' ? jsonIn(cell) : cell;
}

/** What a text is the JSON of, where that is a list or an object; else the text. */
function jsonIn(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
