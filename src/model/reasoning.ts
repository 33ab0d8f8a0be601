/** What opens and what closes a model's reasoning in its reply. */
export type ReasoningTags = readonly [open: string, close: string];

export const usualTags: readonly ReasoningTags[] = [['<think>', '</think>']];

/** A reply, told apart into what the model thought and what it said. */
export interface Reply {
  /** Null where there is no reasoning. */
  readonly reasoning: string | null;
  /** False where the reasoning never ended: then nothing was said. */
  readonly ended: boolean;
  /** The final answer: what follows the reasoning, without the space around it; the whole reply where there is none. */
  readonly answer: string;
}

/**
 * Tells reasoning and final answer apart. A reply in which a block is closed that was never opened begins in reasoning,
 * since some templates put the opening tag into the prompt.
 *
 * @param tags of several, that which stands first in the reply counts
 */
export function splitReasoning(text: string, tags: readonly ReasoningTags[] = usualTags): Reply {
  const own = firstOf(text, tags);
  if (own === undefined) return { reasoning: null, ended: true, answer: text };
  const [open, close] = own;
  const [firstOpen, firstClose] = [text.indexOf(open), text.indexOf(close)];
  const isOpened = firstOpen >= 0 && (firstClose < 0 || firstOpen < firstClose);
  const start = isOpened ? firstOpen + open.length : 0;
  const [lastOpen, lastClose] = [text.lastIndexOf(open), text.lastIndexOf(close)];
  if (lastOpen > lastClose) return { reasoning: text.slice(start).trim(), ended: false, answer: '' };
  return {
    reasoning: text.slice(start, lastClose).trim(),
    ended: true,
    answer: text.slice(lastClose + close.length).trim(),
  };
}

/** The final answer of a reply. */
export function finalAnswer(text: string, tags?: readonly ReasoningTags[]): string {
  return splitReasoning(text, tags).answer;
}

function firstOf(text: string, tags: readonly ReasoningTags[]): ReasoningTags | undefined {
  let [found, first]: [ReasoningTags | undefined, number] = [undefined, text.length];
  for (const pair of tags) {
    for (const tag of pair) {
      const at = tag === '' ? -1 : text.indexOf(tag);
      if (at >= 0 && at < first) [found, first] = [pair, at];
    }
  }
  return found;
}

/**
 * The tags that a job's `config.reasoning_tags` names: names of tags (`"reasoning"`) or pairs of what opens and closes.
 * Undefined where it names none.
 */
export function tagsOf(config: unknown): ReasoningTags[] | undefined {
  if (typeof config !== 'object' || config === null || !('reasoning_tags' in config)) return undefined;
  const { reasoning_tags: named } = config;
  if (!Array.isArray(named)) return undefined;
  const tags = (named as unknown[]).flatMap((tag): ReasoningTags[] => {
    if (typeof tag === 'string' && tag !== '') return [[`<${tag}>`, `</${tag}>`]];
    if (!Array.isArray(tag) || tag.length !== 2) return [];
    const [open, close] = tag as unknown[];
    return typeof open === 'string' && typeof close === 'string' && open !== '' && close !== '' ? [[open, close]] : [];
  });
  return tags.length === 0 ? undefined : tags;
}
