/** Markdown (CommonMark with tables and strikethrough) as a tree of elements and texts. Pure. */
import MarkdownIt, { type Token } from 'markdown-it';
import { beginning, plainName } from '../../plainText.ts';
import { Budget, mostDepth, RenderLimitError } from './limits.ts';
import { formula } from './mathematics.ts';
import { addMathematics } from './mathRules.ts';
import type { RenderedAttribute, RenderedKind, RenderedNode, RenderedTag, TextTag } from './renderedTree.ts';

/** Of an address so many characters are shown. */
const addressCharacters = 300;

/**
 * Lines break where they were broken. References are left as they are: their definitions would be words that nobody sees.
 * What is deeper than `maxNesting` the library drops: `mostDepth` is less, so that such a text is not rendered at all.
 */
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true, maxNesting: 100 });
markdown.disable('reference');
addMathematics(markdown);

const tags: ReadonlySet<string> = new Set<TextTag>([
  ...(['p', 'strong', 'em', 's', 'blockquote', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td'] as const),
]);
const isTag = (tag: string): tag is TextTag => tags.has(tag);

interface Frame {
  readonly tag: RenderedTag | 'link' | 'nothing';
  readonly attributes: { [K in RenderedAttribute]?: string };
  readonly children: RenderedNode[];
  /** Of a link. */
  readonly address: string;
}

/** @throws RenderLimitError where it is more than is rendered */
export function markdownNodes(text: string): RenderedNode[] {
  return new Tree().read(markdown.parse(text, {}));
}

class Tree {
  readonly #budget = new Budget();
  readonly #frames: Frame[] = [{ tag: 'nothing', attributes: {}, children: [], address: '' }];

  read(tokens: readonly Token[]): RenderedNode[] {
    this.#add(tokens);
    return this.#frames[0]?.children ?? [];
  }

  #add(tokens: readonly Token[]): void {
    for (const token of tokens) {
      if (token.nesting === 1) this.#open(token);
      else if (token.nesting === -1) this.#close();
      else this.#put(token);
    }
  }

  #open(token: Token): void {
    if (this.#frames.length > mostDepth) throw new RenderLimitError('depth');
    this.#frames.push(frameOf(token));
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    const { tag, attributes, children } = frame;
    // The paragraphs of a list without gaps are none.
    if (tag === 'nothing') for (const child of children) this.#append(child);
    else if (tag === 'link') this.#append(linkNode(frame));
    else if (tag === 'table') this.#append(['div', [['table', children]], kind('scroll')]);
    else this.#append(Object.keys(attributes).length === 0 ? [tag, children] : [tag, children, attributes]);
  }

  #put(token: Token): void {
    const { type, content } = token;
    if (type === 'inline') this.#add(token.children ?? []);
    else if (type === 'softbreak' || type === 'hardbreak') this.#append(['br', []]);
    else if (type === 'hr') this.#append(['hr', []]);
    else if (type === 'code_inline') this.#append(['code', [content]]);
    else if (type === 'fence' || type === 'code_block') this.#append(codeBlock(content, token.info));
    else if (type === 'image') this.#append(imageNode(token));
    else if (type === 'formula') this.#formula(token);
    else if (content !== '') this.#append(content);
  }

  #formula({ content, markup, block }: Token): void {
    const isBlock = markup !== '\\(';
    const node = formula(content, isBlock);
    if (node === null) {
      const end = markup === '$$' ? '$$' : markup === '\\[' ? '\\]' : '\\)';
      this.#append([block ? 'div' : 'span', [`${markup}${content}${end}`], kind('source')]);
      return;
    }
    this.#budget.take(Budget.count(node));
    this.#append(isBlock ? [block ? 'div' : 'span', [node], kind('formula')] : node);
  }

  #append(node: RenderedNode): void {
    this.#budget.take(1);
    const children = this.#frames.at(-1)?.children ?? [];
    const last = children.at(-1);
    if (typeof node === 'string' && typeof last === 'string') children[children.length - 1] = last + node;
    else children.push(node);
  }
}

function kind(name: RenderedKind): { 'data-kind': RenderedKind } {
  return { 'data-kind': name };
}

function frameOf(token: Token): Frame {
  const { tag, hidden } = token;
  const frame = { attributes: {}, children: [], address: '' };
  if (hidden === true) return { ...frame, tag: 'nothing' };
  const heading = /^h([1-6])$/.exec(tag)?.[1];
  if (heading !== undefined) return { ...frame, tag: 'div', attributes: kind(`heading-${heading}` as RenderedKind) };
  if (tag === 'a') return { ...frame, tag: 'link', address: addressOf(token, 'href') };
  if (!isTag(tag)) return { ...frame, tag: 'nothing' };
  const start = tag === 'ol' ? token.attrGet('start') : null;
  if (start !== null) return { ...frame, tag, attributes: { start: String(start) } };
  const align = /^text-align:(left|right|center)$/.exec(String(token.attrGet('style') ?? ''))?.[1];
  return { ...frame, tag, attributes: align === undefined ? {} : { 'data-align': align } };
}

/** "address "title"", with all that is in them to be seen. */
function addressOf(token: Token, name: 'href' | 'src'): string {
  const [address, title] = [String(token.attrGet(name) ?? ''), String(token.attrGet('title') ?? '')];
  const whole = title === '' ? address : `${address} "${title}"`;
  const shown = beginning(whole, addressCharacters);
  return plainName(shown.length < whole.length ? `${shown}…` : shown);
}

/** Goes nowhere: its words, and the address where that is not what they are. */
function linkNode({ children, address }: Frame): RenderedNode {
  const words: RenderedNode = ['span', children, kind('link')];
  if (children.length === 1 && children[0] === address) return words;
  return ['span', [words, ' ', ['span', [`(${address})`], kind('address')]]];
}

function imageNode(token: Token): RenderedNode {
  const told = [plainName(token.content), addressOf(token, 'src')].filter((part) => part !== '').join(' — ');
  return ['span', [`[image: ${told}]`], kind('image')];
}

/** @param info what stands behind the sign that opens it: mostly its language */
export function codeBlock(code: string | readonly RenderedNode[], info = ''): RenderedNode {
  const block: RenderedNode = ['pre', [['code', typeof code === 'string' ? [code.replace(/\n$/, '')] : code]]];
  if (info.trim() === '') return block;
  return ['div', [['span', [plainName(info.trim())], kind('language')], block]];
}
