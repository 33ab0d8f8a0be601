import { config } from '../../config.ts';
import { type ReasoningTags, tagsOf } from '../../model/reasoning.ts';

let [named, tags]: [unknown, readonly ReasoningTags[] | undefined] = [undefined, undefined];

/**
 * What the reader's setting says that opens and closes reasoning; undefined for the usual. The same list until the setting
 * changes: lines are made again for another one.
 */
export function readerTags(): readonly ReasoningTags[] | undefined {
  const now = config.reasoningTags();
  if (now !== named) [named, tags] = [now, tagsOf({ reasoning_tags: now })];
  return tags;
}
