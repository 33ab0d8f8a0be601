import { renderedCharacters } from '../../../src/panel/initialView.ts';
import type { RenderFailure } from '../../../src/panel/protocol.ts';
import type { Formats } from '../formats.ts';

/** Why a text is shown raw where the reader asked for it rendered. */
export function failureText(failure: RenderFailure, characters: number, formats: Formats): string {
  const reasons: Record<RenderFailure, string> = {
    size: characters > renderedCharacters ? `it has ${formats.count(characters)} characters` : 'it has too many parts',
    depth: 'its parts are nested too deep',
    time: 'rendering it took too long',
    failed: 'it could not be rendered',
  };
  return `Shown raw: ${reasons[failure]}.`;
}
