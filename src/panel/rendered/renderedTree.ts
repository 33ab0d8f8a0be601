/**
 * A rendered text on its way to the webview: elements and texts, never markup. What may be in it is named here; the
 * webview builds nothing else.
 */

/** Elements of a text. */
export type TextTag =
  | ('p' | 'div' | 'span' | 'strong' | 'em' | 's' | 'code' | 'pre' | 'blockquote' | 'ul' | 'ol' | 'li' | 'br' | 'hr')
  | 'mark'
  | ('table' | 'thead' | 'tbody' | 'tr' | 'th' | 'td');

/** Elements of MathML Core, without those that link, load, style or hold HTML. */
export type MathTag =
  | ('math' | 'mrow' | 'mi' | 'mn' | 'mo' | 'ms' | 'mtext' | 'mspace' | 'mpadded' | 'mphantom' | 'mstyle' | 'merror')
  | ('mfrac' | 'msqrt' | 'mroot' | 'msub' | 'msup' | 'msubsup' | 'munder' | 'mover' | 'munderover')
  | ('mmultiscripts' | 'mprescripts' | 'mtable' | 'mtr' | 'mtd');

export type RenderedTag = TextTag | MathTag;

/**
 * What an element is, where its name does not say it: a heading is none of the page's own, a link goes nowhere, an image
 * is not loaded.
 */
export const renderedKinds = [
  ...(['heading-1', 'heading-2', 'heading-3', 'heading-4', 'heading-5', 'heading-6'] as const),
  ...(['link', 'address', 'image', 'language', 'scroll', 'formula', 'source', 'error-place'] as const),
] as const;
export type RenderedKind = (typeof renderedKinds)[number];

export type RenderedAttribute =
  | ('start' | 'data-kind' | 'data-align' | 'data-enclose')
  | ('display' | 'displaystyle' | 'scriptlevel' | 'mathvariant' | 'stretchy' | 'fence' | 'separator' | 'symmetric')
  | ('largeop' | 'movablelimits' | 'accent' | 'accentunder' | 'form' | 'lspace' | 'rspace' | 'minsize' | 'maxsize')
  | ('linethickness' | 'width' | 'height' | 'depth' | 'voffset' | 'columnspan' | 'rowspan');

export type RenderedNode =
  | string
  | readonly [
      tag: RenderedTag,
      children: readonly RenderedNode[],
      attributes?: { readonly [K in RenderedAttribute]?: string },
    ];

/** Why a text is not rendered: too long or of too many parts, nested too deep, it took too long, or it failed. */
export type RenderFailure = 'size' | 'depth' | 'time' | 'failed';

/**
 * A list of `RenderedNode` as one JSON text: VS Code looks at each value of a message and copies it from frame to frame.
 */
export type Rendering = { readonly nodes: string } | { readonly failure: RenderFailure };
