import type { ErrorPlace } from '../protocol/texts.ts';
import { looksLikeJson, placesWithin, prettyJson } from './jsonText.ts';
import { RenderLimitError } from './limits.ts';
import { codeBlock, markdownNodes } from './markdown.ts';
import type { RenderedNode, Rendering } from './renderedTree.ts';

/** What is asked of the worker. */
export interface RenderQuestion {
  readonly text: string;
  readonly places: readonly ErrorPlace[];
}

/**
 * A text as it was meant: JSON with a line a member, anything else as Markdown with mathematics. Never throws.
 *
 * @param places in JSON that are marked
 */
export function renderText(text: string, places: readonly ErrorPlace[] = []): Rendering {
  try {
    return { nodes: JSON.stringify(nodesOf(text, places)) };
  } catch (error) {
    return { failure: error instanceof RenderLimitError ? error.failure : 'failed' };
  }
}

function nodesOf(text: string, places: readonly ErrorPlace[]): RenderedNode[] {
  const json = prettyJson(text);
  if (json !== null) return [codeBlock(marked(json, placesWithin(text, json, places)))];
  return looksLikeJson(text) ? [codeBlock(marked(text, places))] : markdownNodes(text);
}

function marked(text: string, places: readonly ErrorPlace[]): RenderedNode[] {
  const nodes: RenderedNode[] = [];
  let done = 0;
  for (const [from, to] of places) {
    nodes.push(text.slice(done, from), ['mark', [text.slice(from, to)], { 'data-kind': 'error-place' }]);
    done = to;
  }
  return [...nodes, text.slice(done)].filter((node) => node !== '');
}
