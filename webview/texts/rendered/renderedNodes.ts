import type { RenderedAttribute, RenderedKind, RenderedNode, RenderedTag } from '../../../src/panel/protocol.ts';

const html = 'http://www.w3.org/1999/xhtml';
const mathml = 'http://www.w3.org/1998/Math/MathML';

/** All elements that are ever made of a model's text. None of them loads, runs, links or styles anything. */
const namespaces: Record<RenderedTag, typeof html | typeof mathml> = {
  ...{ p: html, div: html, span: html, strong: html, em: html, s: html, code: html, pre: html, blockquote: html },
  ...{ ul: html, ol: html, li: html, br: html, hr: html },
  mark: html,
  ...{ table: html, thead: html, tbody: html, tr: html, th: html, td: html },
  ...{ math: mathml, mrow: mathml, mi: mathml, mn: mathml, mo: mathml, ms: mathml, mtext: mathml, mspace: mathml },
  ...{ mpadded: mathml, mphantom: mathml, mstyle: mathml, merror: mathml, mfrac: mathml, msqrt: mathml },
  ...{ mroot: mathml, msub: mathml, msup: mathml, msubsup: mathml, munder: mathml, mover: mathml },
  ...{ munderover: mathml, mmultiscripts: mathml, mprescripts: mathml, mtable: mathml, mtr: mathml, mtd: mathml },
};

const kinds: Record<RenderedKind, true> = {
  ...{ 'heading-1': true, 'heading-2': true, 'heading-3': true },
  ...{ 'heading-4': true, 'heading-5': true, 'heading-6': true },
  ...{ link: true, address: true, image: true, language: true, scroll: true, formula: true, source: true },
  'error-place': true,
};

const truth = /^(true|false)$/;
const length = /^-?\d{1,3}(\.\d{1,9})?(em|ex|px|pt)?$/;
const small = /^\+?-?\d{1,2}$/;

/** What each attribute may say; nothing else is set. */
const attributes: Record<RenderedAttribute, RegExp> = {
  start: /^\d{1,9}$/,
  'data-kind': new RegExp(`^(${Object.keys(kinds).join('|')})$`),
  'data-align': /^(left|right|center)$/,
  'data-enclose': /^(top|bottom|box|strike)$/,
  display: /^(block|inline)$/,
  mathvariant: /^normal$/,
  form: /^(prefix|infix|postfix)$/,
  scriptlevel: small,
  columnspan: small,
  rowspan: small,
  ...{ displaystyle: truth, stretchy: truth, fence: truth, separator: truth, symmetric: truth, largeop: truth },
  ...{ movablelimits: truth, accent: truth, accentunder: truth },
  ...{ lspace: length, rspace: length, minsize: length, maxsize: length, linethickness: length },
  ...{ width: length, height: length, depth: length, voffset: length },
};

/** Each of these is a text of its own, whichever way it is written. */
const isolated: ReadonlySet<string> = new Set([
  ...['p', 'div', 'span', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'th', 'td'],
]);

/** Makes a rendered text of elements and text nodes. What is not known is left out, and what is in it stays. */
export function nodesOf(tree: readonly RenderedNode[]): Node[] {
  return tree.flatMap((node) => {
    if (typeof node === 'string') return [document.createTextNode(node)];
    const [tag, children, given = {}] = node;
    const inner = nodesOf(children);
    if (!Object.hasOwn(namespaces, tag)) return inner;
    const made = document.createElementNS(namespaces[tag], tag);
    for (const [name, value] of Object.entries(given)) {
      const fits = Object.hasOwn(attributes, name) && attributes[name as RenderedAttribute].test(value);
      if (fits) made.setAttribute(name, value);
    }
    if (isolated.has(tag)) made.setAttribute('dir', 'auto');
    made.append(...inner);
    return [made];
  });
}
