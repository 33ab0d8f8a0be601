import { looksLikeJson, prettyJson } from './jsonText.ts';
import { RenderLimitError } from './limits.ts';
import { codeBlock, markdownNodes } from './markdown.ts';
import type { RenderedNode, Rendering } from './renderedTree.ts';

/** A text as it was meant: JSON with a line a member, anything else as Markdown with mathematics. Never throws. */
export function renderText(text: string): Rendering {
  try {
    return { nodes: JSON.stringify(nodesOf(text)) };
  } catch (error) {
    return { failure: error instanceof RenderLimitError ? error.failure : 'failed' };
  }
}

function nodesOf(text: string): RenderedNode[] {
  const json = prettyJson(text);
  if (json !== null) return [codeBlock(json)];
  return looksLikeJson(text) ? [codeBlock(text)] : markdownNodes(text);
}
