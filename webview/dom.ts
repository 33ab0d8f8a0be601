type Attribute = string | number | boolean | null;

/**
 * Makes an element. Strings become text nodes, so nothing that comes from a model or a server is ever read as markup.
 *
 * @param attributes `true` sets an empty attribute, `false` and `null` leave it out. No `style`: the content security
 *   policy refuses it.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> & { style?: never } = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children);
  return made;
}

/**
 * Sets or removes an attribute; touches the document only when the value differs: styles are found anew for each that is
 * set, `hidden` among them.
 */
export function setAttribute(target: Element, name: string, value: Attribute): void {
  const text = value === true ? '' : value === false || value === null ? null : String(value);
  if (target.getAttribute(name) === text) return;
  if (text === null) target.removeAttribute(name);
  else target.setAttribute(name, text);
}

/** Sets the text; touches the document only when it differs, so that selections stay and nothing is spoken twice. */
export function setText(target: Node, text: string): void {
  const only = target.firstChild;
  if (only instanceof Text && only.nextSibling === null && text !== '') {
    // Another text node would be laid out from nothing.
    if (only.data !== text) only.data = text;
  } else if (target.textContent !== text) target.textContent = text;
}

/**
 * Makes `parent`'s children the given ones, in that order. Nodes that stay are not moved when others come or go, so
 * that focus, selection and scroll position survive.
 */
export function setChildren(parent: Node, children: readonly Node[]): void {
  const wanted = new Set(children);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let cursor = parent.firstChild;
  for (const child of children) {
    if (child === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(child, cursor);
  }
}
