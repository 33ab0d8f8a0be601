/**
 * Mathematics in Markdown: `$$…$$`, `\(…\)` and `\[…\]`. A lone `$` is money. The lines of a formula are no Markdown, and
 * `\(` no escaped bracket.
 */
import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

/** A formula is no longer, in characters, and no higher, in lines: what is open for longer is none. */
const [mostCharacters, mostLines] = [5000, 200];

const ends: ReadonlyMap<string, string> = new Map([
  ['$$', '$$'],
  ['\\[', '\\]'],
  ['\\(', '\\)'],
]);

/** Tokens `formula`: `content` is the TeX, `markup` the sign before it, `block` says that it has lines of its own. */
export function addMathematics(markdown: MarkdownIt): void {
  markdown.block.ruler.before('fence', 'formula', readBlock, { alt: ['paragraph', 'blockquote', 'list'] });
  markdown.inline.ruler.before('escape', 'formula', readInline);
}

function readBlock(state: StateBlock, first: number, end: number, silent: boolean): boolean {
  const startOf = (line: number): number => (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  const start = startOf(first);
  const sign = state.src.slice(start, start + 2);
  const close = sign === '\\(' ? undefined : ends.get(sign);
  if (close === undefined || (state.sCount[first] ?? 0) - state.blkIndent >= 4) return false;
  const lines: string[] = [];
  for (let line = first; line < Math.min(end, first + mostLines); line += 1) {
    if (line > first && (state.sCount[line] ?? 0) < state.blkIndent && !state.isEmpty(line)) return false;
    const from = line === first ? start + 2 : startOf(line);
    const text = state.src.slice(from, state.eMarks[line]);
    const at = text.indexOf(close);
    lines.push(at < 0 ? text : text.slice(0, at));
    if (at < 0) continue;
    const tex = lines.join('\n').trim();
    // Words behind it make it part of a line.
    if (text.slice(at + 2).trim() !== '' || tex === '' || tex.length > mostCharacters) return false;
    if (silent) return true;
    const token = state.push('formula', '', 0);
    token.block = true;
    token.content = tex;
    token.markup = sign;
    token.map = [first, line + 1];
    state.line = line + 1;
    return true;
  }
  return false;
}

function readInline(state: StateInline, silent: boolean): boolean {
  const sign = state.src.slice(state.pos, state.pos + 2);
  const close = ends.get(sign);
  if (close === undefined) return false;
  const rest = state.src.slice(state.pos + 2, Math.min(state.posMax, state.pos + 2 + mostCharacters));
  const at = rest.indexOf(close);
  const tex = rest.slice(0, Math.max(0, at)).trim();
  if (tex === '') return false;
  if (!silent) {
    const token = state.push('formula', '', 0);
    token.content = tex;
    token.markup = sign;
  }
  state.pos += at + 4;
  return true;
}
