import type { Rendering } from '../../../src/panel/protocol.ts';

/** Texts that are kept at most, and characters of them and of what they were rendered to. */
const [mostTexts, mostCharacters] = [500, 10_000_000];

/** What texts were rendered to. Of too many those go that were not looked at for longest. */
export class RenderingCache {
  readonly #kept = new Map<string, Rendering>();
  #characters = 0;

  get(text: string): Rendering | null {
    const rendering = this.#kept.get(text);
    if (rendering === undefined) return null;
    this.#kept.delete(text);
    this.#kept.set(text, rendering);
    return rendering;
  }

  keep(text: string, rendering: Rendering): void {
    this.#drop(text);
    this.#kept.set(text, rendering);
    this.#characters += sizeOf(text, rendering);
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= mostTexts && this.#characters <= mostCharacters) return;
      if (oldest !== text) this.#drop(oldest);
    }
  }

  #drop(text: string): void {
    const rendering = this.#kept.get(text);
    if (rendering === undefined) return;
    this.#kept.delete(text);
    this.#characters -= sizeOf(text, rendering);
  }
}

function sizeOf(text: string, rendering: Rendering): number {
  return text.length + ('nodes' in rendering ? rendering.nodes.length : 0);
}
