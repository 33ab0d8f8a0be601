/** Formulas in TeX as MathML, by `temml`. */
import temml from 'temml';
import { mostDepth } from './limits.ts';
import type { MathTag, RenderedAttribute, RenderedNode } from './renderedTree.ts';

/** Of its tree what is used here: elements, groups of them, and texts. */
interface TreeNode {
  readonly type?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly style?: Readonly<Record<string, string>>;
  readonly classes?: readonly string[];
  readonly children?: readonly TreeNode[];
}

/** Its declarations are those of another kind of module. */
const { __renderToMathMLTree: treeOf } = temml as unknown as {
  __renderToMathMLTree(tex: string, options: Readonly<Record<string, unknown>>): TreeNode;
};

/** Larger spaces and lines are made so large, in em. */
const largest = 10;
/** Of macros, all of which are the library's own. */
const mostExpansions = 1000;
/** Expansions times characters: some macros write what they are given four times, again and again. */
const mostExpanded = 1_500_000;
/** Braces inside of each other, at most: formulas that people read have ten. */
const mostBraces = 30;
/** A macro of a formula's own could make gigabytes of a line, and a thread that fills its memory may end the process. */
const definesMacro = /\\(?:[egx]?def|newcommand|renewcommand|providecommand|let|futurelet|global|long)(?![a-zA-Z])/;

const tags: ReadonlySet<string> = new Set<MathTag>([
  ...(['math', 'mrow', 'mi', 'mn', 'mo', 'ms', 'mtext', 'mspace', 'mpadded', 'mphantom', 'mstyle', 'merror'] as const),
  ...(['mfrac', 'msqrt', 'mroot', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover'] as const),
  ...(['mmultiscripts', 'mprescripts', 'mtable', 'mtr', 'mtd'] as const),
]);
const isTag = (type: string): type is MathTag => tags.has(type);

const attributes = [
  ...(['display', 'displaystyle', 'scriptlevel', 'mathvariant', 'stretchy', 'fence', 'separator'] as const),
  ...(['symmetric', 'largeop', 'movablelimits', 'accent', 'accentunder', 'form', 'columnspan', 'rowspan'] as const),
] as const satisfies readonly RenderedAttribute[];

const lengths = [
  ...(['lspace', 'rspace', 'minsize', 'maxsize', 'linethickness', 'width', 'height', 'depth', 'voffset'] as const),
] as const satisfies readonly RenderedAttribute[];

/** Boxes and lines that MathML Core has no element for; style sheets draw them. */
const enclosures: ReadonlyMap<string, string> = new Map([
  ['top', 'top'],
  ['bottom', 'bottom'],
  ['box', 'box'],
  ['updiagonalstrike', 'strike'],
  ['downdiagonalstrike', 'strike'],
  ['updiagonalstrike downdiagonalstrike', 'strike'],
  ['horizontalstrike', 'strike'],
]);

/**
 * @param tex without the signs around it
 * @param isBlock stands in lines of its own
 * @returns null where it cannot be read, is nested too deep or defines macros
 */
export function formula(tex: string, isBlock: boolean): RenderedNode | null {
  if (definesMacro.test(tex) || bracesOf(tex) > mostBraces) return null;
  try {
    const tree = treeOf(tex, {
      displayMode: isBlock,
      throwOnError: true,
      trust: false,
      maxExpand: Math.min(mostExpansions, Math.floor(mostExpanded / tex.length)),
      maxSize: [largest, largest],
    });
    const [math] = nodesOf(tree, 0);
    return math === undefined || typeof math === 'string' ? null : math;
  } catch {
    // Not TeX that it knows, a macro without an end, or deeper than a stack: the reader sees what was written.
    return null;
  }
}

/** How many braces are open inside of each other, at most. */
function bracesOf(tex: string): number {
  let [open, most] = [0, 0];
  for (const [, brace] of tex.matchAll(/\\.|([{}])/gs)) {
    if (brace === undefined) continue;
    open += brace === '{' ? 1 : -1;
    most = Math.max(most, open);
  }
  return most;
}

function nodesOf(node: TreeNode, depth: number): RenderedNode[] {
  if (depth > mostDepth) throw new RangeError('The formula is nested too deep.');
  if (node.text !== undefined) return [node.text];
  const children = (node.children ?? []).flatMap((child) => nodesOf(child, depth + 1));
  const { type = '' } = node;
  const enclose = type === 'menclose' ? enclosures.get(String(node.attributes?.['notation'])) : boxOf(node);
  const tag = type === 'menclose' ? 'mrow' : type;
  // What is no MathML there is a group of what is.
  if (!isTag(tag)) return children;
  const given: { [K in RenderedAttribute]?: string } = {};
  for (const name of attributes) if (name in (node.attributes ?? {})) given[name] = String(node.attributes?.[name]);
  for (const name of lengths) {
    const length = lengthOf(node.attributes?.[name]);
    if (length !== null) given[name] = length;
  }
  if (enclose !== undefined) given['data-enclose'] = enclose;
  const align = tag === 'mtd' ? alignmentOf(node) : undefined;
  if (align !== undefined) given['data-align'] = align;
  return [Object.keys(given).length === 0 ? [tag, children] : [tag, children, given]];
}

function boxOf({ style }: TreeNode): string | undefined {
  return style?.['border'] === undefined ? undefined : 'box';
}

function alignmentOf({ classes = [], style = {} }: TreeNode): string | undefined {
  if (classes.includes('tml-left') || style['textAlign'] === 'left') return 'left';
  if (classes.includes('tml-right') || style['textAlign'] === 'right') return 'right';
  return undefined;
}

/** A length in bounds; null where it is none. */
function lengthOf(value: unknown): string | null {
  const parts = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(em|ex|px|pt)?$/.exec(String(value));
  if (parts === null) return null;
  const unit = parts[2] ?? '';
  const most = unit === 'px' || unit === 'pt' ? largest * 16 : largest;
  return `${Math.min(most, Math.max(-most, Number(parts[1])))}${unit}`;
}
