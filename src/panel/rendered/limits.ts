import type { RenderedNode, RenderFailure } from './renderedTree.ts';

/** Elements and texts of a rendered text, at most. */
const mostNodes = 10_000;
/** Elements inside of each other, at most. */
export const mostDepth = 60;

/** A text is more than is rendered. */
export class RenderLimitError extends Error {
  readonly failure: RenderFailure;

  constructor(failure: RenderFailure) {
    super(`The text is not rendered: ${failure}.`);
    this.failure = failure;
  }
}

/** Counts what a text is made of. */
export class Budget {
  #left = mostNodes;

  /** @throws RenderLimitError where there are too many */
  take(nodes: number): void {
    this.#left -= nodes;
    if (this.#left < 0) throw new RenderLimitError('size');
  }

  /** How many elements and texts a tree is made of. */
  static count(node: RenderedNode): number {
    return typeof node === 'string' ? 1 : node[1].reduce((sum, child) => sum + Budget.count(child), 1);
  }
}
