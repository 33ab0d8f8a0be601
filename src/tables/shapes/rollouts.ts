import { cellChat } from '../chatCells.ts';
import { isObject, type TableRow } from '../rows.ts';

/**
 * Rows whose shape is no table's: rollouts of prime-rl, a line of which holds the traces of several agents. Each trace of
 * a trainable one is a row; all others stay as they are.
 */
export function withRollouts(rows: TableRow[]): TableRow[] {
  if (!rows.some(({ cells }) => Array.isArray(cells['traces']) && isObject(cells['run']))) return rows;
  return rows.flatMap((row) => {
    const { traces, run } = row.cells;
    if (!Array.isArray(traces) || !isObject(run)) return [row];
    return tracesOf(row.cells, traces).map((cells) => ({ ...row, cells }));
  });
}

/**
 * `{run: {type, work: {step}}, env: {id}, group: {id}, traces: [{agent, nodes: [{parent, sampled, message}], rewards,
 * metrics}]}`: the answer is the last node that was sampled, the prompt what leads to it.
 */
function tracesOf(cells: Readonly<Record<string, unknown>>, traces: readonly unknown[]): Record<string, unknown>[] {
  const run = cells['run'] as Record<string, unknown>;
  const work = isObject(run['work']) ? run['work'] : {};
  const source = idOf(cells['env']) ?? work['type'] ?? run['type'];
  const isEvaluation = (work['type'] ?? run['type']) === 'eval';
  const made: Record<string, unknown>[] = [];
  for (const trace of traces) {
    if (!isObject(trace) || (isObject(trace['agent']) && trace['agent']['trainable'] === false)) continue;
    const chat = chatOfTrace(trace['nodes']);
    if (chat === undefined) continue;
    made.push({
      ...(typeof work['step'] === 'number' ? { step: work['step'] } : {}),
      prompt: chat.prompt,
      completion: chat.answer,
      sample_source: isEvaluation ? `eval/${String(source)}` : String(work['type'] ?? run['type'] ?? 'train'),
      scores: scoresOf(trace),
      ...(typeof cells['id'] === 'string' ? { rollout_id: cells['id'] } : {}),
    });
  }
  return made;
}

function idOf(value: unknown): unknown {
  return isObject(value) ? value['id'] : undefined;
}

function chatOfTrace(nodes: unknown): { prompt: unknown[]; answer: unknown[] } | undefined {
  if (!Array.isArray(nodes)) return undefined;
  const known = nodes.filter(isObject);
  const last = known.findLastIndex((node) => node['sampled'] === true);
  if (last === -1) return undefined;
  const way: Record<string, unknown>[] = [];
  for (let at: unknown = last; typeof at === 'number' && known[at] !== undefined && way.length <= known.length; ) {
    const node: Record<string, unknown> = known[at] as Record<string, unknown>;
    way.unshift(node);
    at = node['parent'];
  }
  const chat = cellChat(way.map((node) => node['message']))?.messages;
  const start = way.findIndex((node) => node['sampled'] === true);
  return chat === undefined || start < 1 ? undefined : { prompt: chat.slice(0, start), answer: chat.slice(start) };
}

/** Rewards by their names, metrics beside them; the reward is their weighted sum. */
function scoresOf(trace: Record<string, unknown>): Record<string, unknown> {
  const scores: Record<string, unknown> = {};
  let [sum, count] = [0, 0];
  for (const [name, value] of Object.entries(isObject(trace['metrics']) ? trace['metrics'] : {})) {
    if (typeof value === 'number' || typeof value === 'boolean') scores[name] = value;
  }
  for (const [name, value] of Object.entries(isObject(trace['rewards']) ? trace['rewards'] : {})) {
    const { score, weight } = isObject(value) ? value : { score: value, weight: 1 };
    if (typeof score !== 'number') continue;
    scores[name] = score;
    sum += score * (typeof weight === 'number' ? weight : 1);
    count += 1;
  }
  if (count > 0 && scores['reward'] === undefined) scores['reward'] = sum;
  return scores;
}
