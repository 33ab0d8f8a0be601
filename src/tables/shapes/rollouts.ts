import { textOf } from '../cells.ts';
import { isObject, type TableRow } from '../rows.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What one agent said in a rollout of prime-rl. */
export interface AgentTrace {
  /** The rollout's own id, its environment and the group that its prompt is answered in. */
  readonly rollout: unknown;
  readonly env: unknown;
  readonly group: unknown;
  /** The training step at which it was begun. */
  readonly step: unknown;
  /** `train` or `eval`. */
  readonly kind: unknown;
  /** What leads from the first message to the answer, which begins at `start`. */
  readonly messages: readonly unknown[];
  readonly start: number;
  readonly truth: string | null;
  readonly finishReason: unknown;
  /** Rewards by their names, metrics beside them; `reward` is the weighted sum of the rewards. */
  readonly scores: Readonly<Record<string, number | boolean | null>>;
}

/**
 * Rows whose shape is no table's: rollouts of prime-rl, a line of which may hold the traces of several agents. Each trace of
 * a trainable one is a row; all others stay as they are.
 */
export function withRollouts(rows: TableRow[]): TableRow[] {
  if (!rows.some(({ cells }) => isRollout(cells))) return rows;
  return rows.flatMap((row) =>
    isRollout(row.cells) ? agentTraces(row.cells).flatMap((trace) => rowOf(row, trace)) : [row],
  );
}

/** Whether a line is a rollout with its traces, or one trace alone. */
export function isRollout(cells: Fields): boolean {
  if (Array.isArray(cells['traces'])) return isObject(cells['run']) || cells['traces'].some(isTrace);
  return isTrace(cells);
}

function isTrace(value: unknown): boolean {
  return isObject(value) && Array.isArray(value['nodes']) && isObject(value['rewards']);
}

/**
 * `{id, env: {id, name}, group: {id}, run: {type, work: {type, step}}, traces: [{task, agent, nodes: [{parent, sampled,
 * message}], rewards, metrics, root_reply}]}`, or of older versions a trace a line: `{id, task, nodes, rewards, metrics, run:
 * {type, step}, info: {env_name}}`. Fields of null are left out. A trace without an answer is none.
 */
export function agentTraces(cells: Fields): AgentTrace[] {
  const traces = Array.isArray(cells['traces']) ? cells['traces'].filter(isObject) : [cells];
  const trained = traces.filter((trace) => fieldsOf(trace['agent'])['trainable'] !== false);
  return trained.flatMap((trace) => {
    const said = saidIn(trace);
    if (said === undefined) return [];
    const run = fieldsOf(cells['run']);
    const work = fieldsOf(run['work']);
    const env = fieldsOf(cells['env']);
    const info = fieldsOf(trace['info']);
    return {
      ...said,
      rollout: cells['id'],
      env: env['name'] ?? env['id'] ?? info['env_name'],
      group: fieldsOf(cells['group'])['id'],
      step: work['step'] ?? run['step'],
      kind: work['type'] ?? run['type'],
      truth: truthOf(trace['task'] ?? cells['task']),
      scores: scoresOf(trace),
    };
  });
}

function rowOf(row: TableRow, trace: AgentTrace): TableRow[] {
  // What was asked of nobody has no place in a table.
  if (trace.start < 1) return [];
  const { rollout, env, step, kind, messages, start, truth, scores } = trace;
  const cells = {
    ...(typeof step === 'number' ? { step } : {}),
    prompt: messages.slice(0, start),
    completion: messages.slice(start),
    ...(truth === null ? {} : { ground_truth: truth }),
    sample_source: kind === 'eval' ? `eval/${String(env ?? kind)}` : String(kind ?? 'train'),
    scores,
    ...(typeof rollout === 'string' ? { rollout_id: rollout } : {}),
  };
  return [{ ...row, cells }];
}

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/**
 * The messages from the root to the last one that the model wrote; where agents of its own wrote some of them, to its
 * reply itself.
 */
function saidIn(trace: Fields): Pick<AgentTrace, 'messages' | 'start' | 'finishReason'> | undefined {
  const nodes: unknown[] = Array.isArray(trace['nodes']) ? trace['nodes'] : [];
  const isSampled = (node: unknown): boolean => fieldsOf(node)['sampled'] === true;
  const reply = trace['root_reply'];
  const ofRoot = nodes.findLastIndex(
    (node) => isSampled(node) && fieldsOf(fieldsOf(node)['message'])['content'] === reply,
  );
  const last = typeof reply === 'string' && ofRoot !== -1 ? ofRoot : nodes.findLastIndex(isSampled);
  const way: Fields[] = [];
  for (let at: unknown = last; typeof at === 'number' && isObject(nodes[at]) && way.length <= nodes.length; ) {
    const node: Fields = fieldsOf(nodes[at]);
    way.unshift(node);
    at = node['parent'];
  }
  const start = way.findIndex(isSampled);
  if (start === -1) return undefined;
  const calls = Array.isArray(trace['calls']) ? trace['calls'].map(fieldsOf) : [];
  const call = calls.findLast(({ node }) => node === last);
  return {
    messages: way.map(({ message }) => withContent(message)),
    start,
    finishReason: fieldsOf(nodes[last])['finish_reason'] ?? call?.['finish_reason'],
  };
}

/** Nothing that was said is left out too. */
function withContent(message: unknown): unknown {
  return isObject(message) && !('content' in message) ? { ...message, content: null } : message;
}

/** `{type, data: {idx, prompt, answer}}`, or what is in `data` alone. */
function truthOf(task: unknown): string | null {
  const { data, answer } = fieldsOf(task);
  return textOf(fieldsOf(data)['answer'] ?? answer);
}

function scoresOf({ rewards, metrics, info }: Fields): AgentTrace['scores'] {
  const { advantage } = fieldsOf(info);
  const measured = Object.entries(fieldsOf(metrics)).filter(([, value]) => isScore(value));
  const given = Object.entries(fieldsOf(rewards)).map(([name, reward]) => {
    const { score = null, weight = 1 } = isObject(reward) ? reward : { score: reward };
    return { name, score, weight: typeof weight === 'number' ? weight : 1, isGiven: reward !== null };
  });
  const counted = given.filter(({ isGiven }) => isGiven);
  // Beside a reward that was not given the others count; a score of null was no finite number.
  const isWhole =
    counted.length > 0 && counted.every(({ score }) => isScore(score) && Number.isFinite(Number(score ?? Number.NaN)));
  const sum = isWhole ? counted.reduce((total, { score, weight }) => total + Number(score) * weight, 0) : null;
  const all = [
    ...measured,
    ...(typeof advantage === 'number' ? [['advantage', advantage]] : []),
    ...(given.length === 0 ? [] : [['reward', sum]]),
    ...given.filter(({ score }) => isScore(score)).map(({ name, score }) => [name, score]),
  ];
  return Object.fromEntries(all) as AgentTrace['scores'];
}

function isScore(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value === null;
}
