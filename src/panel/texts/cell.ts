import { beginning } from '../../plainText.ts';
import { cellCharacters } from '../protocol.ts';

/** A text as a cell of the webview carries it. */
export function cell(text: string): string {
  return beginning(text, cellCharacters);
}
