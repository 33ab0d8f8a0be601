import { beginning } from '../../plainText.ts';
import { cellCharacters } from '../protocol/texts.ts';

/** A text as a cell of the webview carries it. */
export function cell(text: string): string {
  return beginning(text, cellCharacters);
}

/** How long a text is of which a cell carries the beginning; undefined where it carries all of it. */
export function cutLength(text: string): number | undefined {
  return text.length > cellCharacters ? text.length : undefined;
}
