/** Where in a JSON text validation errors are, as far as they say so. Pure. */
import { type ErrorPlace, mostErrorPlaces } from '../protocol/texts.ts';
import { type JsonNode, jsonTree } from './jsonTree.ts';

/** Fields in which validators name a place: of JSON Schema's, of Pydantic's, and of others. */
const placeFields = ['path', 'instancePath', 'instance_path', 'pointer', 'dataPath', 'loc', 'json_path', 'field'];
const pointer = /(?<=^|[\s'"`(])\/[^\s'"`,;:)]+/g;
const dotted = /(?<![\w/])\$?(?:[A-Za-z_][\w-]*)?(?:\.[A-Za-z_][\w-]*|\[(?:\d+|"[^"]*"|'[^']*')\])+/g;
const lineAndColumn = /\blines?\s+(\d+)[\s,:]*(?:column|col|character|char)\.?\s+(\d+)/gi;

/** @param errors what the validator said: texts, objects, or lists of them */
export function errorPlaces(errors: unknown, text: string): ErrorPlace[] {
  if (errors == null || !/^\s*[{[]/.test(text)) return [];
  const tree = jsonTree(text);
  const places = new Map<number, ErrorPlace>();
  for (const error of Array.isArray(errors) ? (errors as unknown[]) : [errors]) {
    for (const [from, to] of placesOf(error, text, tree)) {
      if (places.size >= mostErrorPlaces) return disjoint([...places.values()]);
      const held = places.get(from);
      if (held === undefined || held[1] < to) places.set(from, [from, to]);
    }
  }
  return disjoint([...places.values()]);
}

function* placesOf(error: unknown, text: string, tree: JsonNode | null): Generator<ErrorPlace> {
  const isRecord = typeof error === 'object' && error !== null;
  const fields = isRecord ? (error as Record<string, unknown>) : {};
  if (tree !== null) {
    for (const name of placeFields) {
      const steps = Object.hasOwn(fields, name) ? stepsOf(fields[name]) : null;
      const place = steps === null ? null : placeAt(tree, steps);
      if (place !== null) yield place;
    }
  }
  const words = typeof error === 'string' ? error : fields['message'];
  if (typeof words !== 'string') return;
  for (const [, line, column] of words.matchAll(lineAndColumn)) {
    const place = characterAt(text, Number(line), Number(column));
    if (place !== null) yield place;
  }
  if (tree === null) return;
  for (const form of [pointer, dotted]) {
    for (const [named] of words.matchAll(form)) {
      const steps = stepsOf(named.replace(/\.$/, ''));
      const place = steps === null ? null : placeAt(tree, steps);
      if (place !== null) yield place;
    }
  }
}

/** The names and places on a way into a value: `/a/0/b`, `a[0].b`, `$.a["b"]` or a list; null where it is none of these. */
function stepsOf(way: unknown): string[] | null {
  if (Array.isArray(way)) {
    const isWay = way.every((step) => typeof step === 'string' || typeof step === 'number');
    return isWay ? way.map(String) : null;
  }
  if (typeof way !== 'string' || way.length > 10_000) return null;
  if (way.startsWith('/')) {
    // RFC 6901, section 4.
    return way
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  const steps = [...way.replace(/^\$/, '').matchAll(/\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]|([^.[\]]+)/g)];
  return steps.map(([, place, double, single, name]) => place ?? double ?? single ?? name ?? '');
}

/** Null for the whole value, and where there is nothing. */
function placeAt(tree: JsonNode, steps: readonly string[]): ErrorPlace | null {
  let node: JsonNode | undefined = tree;
  for (const step of steps) {
    if (node?.kind === 'object') node = node.members.findLast(({ key }) => key === step)?.node;
    else if (node?.kind === 'array') node = /^\d+$/.test(step) ? node.items[Number(step)] : undefined;
    else node = undefined;
  }
  return node === undefined || node === tree ? null : [node.from, node.to];
}

/** Both from 1; a place behind the end is that of the last character. */
function characterAt(text: string, line: number, column: number): ErrorPlace | null {
  const lines = text.split('\n', line);
  const last = lines[line - 1];
  if (line < 1 || column < 1 || last === undefined || text === '') return null;
  const start = lines.slice(0, -1).reduce((sum, { length }) => sum + length + 1, 0);
  const at = Math.min(start + Math.min(column - 1, last.length), text.length - 1);
  const isLow = /[\udc00-\udfff]/.test(text.charAt(at));
  const from = isLow ? at - 1 : at;
  return [from, from + (/[\ud800-\udbff]/.test(text.charAt(from)) ? 2 : 1)];
}

/** Ascending; what overlaps is one. */
function disjoint(places: ErrorPlace[]): ErrorPlace[] {
  const made: ErrorPlace[] = [];
  for (const [from, to] of places.sort(([a], [b]) => a - b)) {
    const last = made.at(-1);
    if (last !== undefined && from < last[1]) made[made.length - 1] = [last[0], Math.max(last[1], to)];
    else made.push([from, to]);
  }
  return made;
}
