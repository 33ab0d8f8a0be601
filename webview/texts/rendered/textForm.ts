/**
 * The form of whole texts: raw, or rendered by the host on request. One choice holds for the page, so this is a part of
 * it that is there once, like the connection to the host.
 *
 * A text is asked for when it comes near to what is in sight; until its answer is there it is shown raw.
 */
import '../../styles/rendered.css';
import { renderedCharacters, type TextForm } from '../../../src/panel/initialView.ts';
import type { HostMessageOf, RenderedNode, Rendering } from '../../../src/panel/protocol.ts';
import { element } from '../../dom.ts';
import type { Formats } from '../formats.ts';
import type { Hit } from '../foundText.ts';
import { stopWhereItScrolls } from '../scrollStop.ts';
import { failureText } from './failureTexts.ts';
import { nodesOf } from './renderedNodes.ts';
import { RenderingCache } from './renderingCache.ts';

interface Shown {
  readonly text: string;
  /** What is marked in it. */
  readonly places: readonly Hit[];
  /** Draws the text as it is. */
  readonly raw: () => void;
  /** What is drawn; null for the text as it is. */
  drawn: Rendering | null;
}

/** How the page is asked to render, and told that the reader chose. */
export interface TextFormHost {
  readonly formats: Formats;
  ask(id: number, text: string, places: readonly Hit[]): void;
  choose(form: TextForm): void;
  /** Texts may have to be rendered soon. */
  expect(): void;
}

/** So far from what is in sight texts are rendered, in px. */
const near = '400px';

let host: TextFormHost | null = null;
let form: TextForm = 'raw';
let isExpected = false;
const shown = new WeakMap<Element, Shown>();
const cache = new RenderingCache();
/** What was asked for, by the number of the question, and where it is shown. */
const asked = new Map<number, string>();
const waiting = new Map<string, Set<HTMLElement>>();
/** An answer to an earlier page's question is told from those to this one's. */
let nextId = Math.floor(performance.timeOrigin);

const inSight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) ask(target as HTMLElement);
  },
  // What they scroll in cuts off a margin around the page alone.
  { rootMargin: near, scrollMargin: near },
);

/** To be called once, before any text is shown. */
export function connectTextForm(page: TextFormHost): void {
  host = page;
}

/** Shows all texts in a form. */
export function showForm(chosen: TextForm): void {
  if (document.body.dataset['textForm'] === chosen) return;
  form = chosen;
  document.body.dataset['textForm'] = chosen;
  for (const choice of document.querySelectorAll<HTMLSelectElement>('.text-form-choice')) choice.value = chosen;
  for (const content of document.querySelectorAll<HTMLElement>('[data-has-form]')) draw(content);
}

export function presentForm(): TextForm {
  return form;
}

export function chooseForm(chosen: TextForm): void {
  host?.choose(chosen);
}

/** The reader is near to the choice: what renders is made ready meanwhile. */
export function expectRendered(): void {
  if (!isExpected) host?.expect();
  isExpected = true;
}

/**
 * Shows a text in the form that the reader chose.
 *
 * @param raw draws the text into `content` as it is; called again whenever that is what is to be seen
 * @param places of the text that are marked where it is rendered: ascending
 */
export function showInForm(content: HTMLElement, text: string, raw: () => void, places: readonly Hit[] = []): void {
  const before = shown.get(content);
  content.dataset['hasForm'] = '';
  const now = { text, places, raw, drawn: before?.drawn ?? null };
  shown.set(content, now);
  // What is on the screen already is not drawn anew.
  const isSame = before !== undefined && keyOf(before) === keyOf(now);
  const isDrawn = isSame && before.drawn !== null && 'nodes' in before.drawn;
  if (!isDrawn) draw(content);
}

export function takeRendering({ id, rendering }: Pick<HostMessageOf<'rendered'>, 'id' | 'rendering'>): void {
  const key = asked.get(id);
  if (key === undefined) return;
  asked.delete(id);
  cache.keep(key, rendering);
  const contents = waiting.get(key) ?? [];
  waiting.delete(key);
  for (const content of contents) {
    const state = shown.get(content);
    if (state !== undefined && keyOf(state) === key) draw(content);
  }
}

/** Names what is rendered: the text, with what is marked in it. */
function keyOf({ text, places }: Pick<Shown, 'text' | 'places'>): string {
  return places.length === 0 ? text : `${JSON.stringify(places)} ${text}`;
}

function draw(content: HTMLElement): void {
  const state = shown.get(content);
  if (state === undefined) return;
  const rendering = form === 'raw' || state.text.trim() === '' ? null : known(state);
  if (rendering === null && form === 'rendered') inSight.observe(content);
  else inSight.unobserve(content);
  const isRendered = rendering !== null && 'nodes' in rendering;
  if (state.drawn !== null || rendering !== null) content.replaceChildren();
  state.drawn = rendering;
  content.classList.toggle('rendered', isRendered);
  if (isRendered) {
    content.append(...nodesOf(JSON.parse(rendering.nodes) as RenderedNode[]));
    const scrollers = content.querySelectorAll<HTMLElement>('pre, [data-kind="scroll"], [data-kind="formula"]');
    for (const part of [content, ...scrollers]) stopWhereItScrolls(part);
    return;
  }
  state.raw();
  if (rendering === null || host === null) return;
  const note = failureText(rendering.failure, state.text.length, host.formats);
  content.prepend(element('p', { class: 'cut-note', dir: 'ltr' }, note));
}

function known(state: Shown): Rendering | null {
  return state.text.length > renderedCharacters ? { failure: 'size' } : cache.get(keyOf(state));
}

function ask(content: HTMLElement): void {
  inSight.unobserve(content);
  const state = shown.get(content);
  if (state === undefined || form === 'raw' || state.text.trim() === '') return;
  const key = keyOf(state);
  const contents = waiting.get(key);
  if (contents !== undefined) {
    contents.add(content);
    return;
  }
  // It may have been rendered for another place meanwhile.
  if (cache.get(key) !== null) {
    draw(content);
    return;
  }
  waiting.set(key, new Set([content]));
  nextId += 1;
  asked.set(nextId, key);
  host?.ask(nextId, state.text, state.places);
}
