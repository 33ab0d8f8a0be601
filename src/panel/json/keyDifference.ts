/** How one JSON value differs from another as data, key by key. Pure. */
import { diffArrays } from 'diff';
import type { JsonForm, KeyChange, KeyDifference } from '../protocol/texts.ts';
import type { ViewState } from '../protocol/view.ts';
import { compactJson, dataOf, isJson, type JsonMember, type JsonNode, jsonTree } from './jsonTree.ts';

/** Changes that are told; more are counted. */
const mostTold = 200;
/** Of a value so many characters are told. */
const longestValue = 300;
/** Longer arrays are held against each other place by place. */
const longestAligned = 2000;
/** ms after which aligning an array gives up. */
const limit = 50;

/** Null where one of the texts is no JSON object or array, or is too long or too deep. */
export function keyDifference(from: string, to: string): KeyDifference | null {
  const [left, right] = [jsonTree(from), jsonTree(to)];
  return left === null || right === null ? null : differenceOf(left, right);
}

/** What a view shows of two texts that are compared. */
export function jsonForm(from: string, to: string, compareJson: ViewState['compareJson']): JsonForm {
  if (compareJson === 'text') return isJson(from) && isJson(to) ? { byKey: null } : {};
  const byKey = keyDifference(from, to);
  return byKey === null ? {} : { byKey };
}

function differenceOf(from: JsonNode, to: JsonNode): KeyDifference {
  const changes: KeyChange[] = [];
  let more = 0;
  const tell = (path: string, left: JsonNode | null, right: JsonNode | null): void => {
    if (changes.length >= mostTold) more += 1;
    else changes.push({ path: path === '' ? '$' : path, from: told(left), to: told(right) });
  };
  const walk = (path: string, left: JsonNode, right: JsonNode): void => {
    if (left.kind === 'object' && right.kind === 'object') {
      const [before, after] = [byName(left.members), byName(right.members)];
      for (const [name, member] of before) {
        const other = after.get(name);
        const place = pathOf(path, member);
        if (other === undefined) tell(place, member.node, null);
        else walk(place, member.node, other.node);
      }
      for (const [name, member] of after) if (!before.has(name)) tell(pathOf(path, member), null, member.node);
    } else if (left.kind === 'array' && right.kind === 'array') {
      for (const [place, one, other] of aligned(left.items, right.items)) {
        if (one !== null && other !== null) walk(`${path}[${place}]`, one, other);
        else tell(`${path}[${place}]`, one, other);
      }
    } else if (dataOf(left) !== dataOf(right)) tell(path, left, right);
  };
  walk('', from, to);
  return { changes, more };
}

/** Members of one name are several. A map, as a name may be that of what every object has. */
function byName(members: readonly JsonMember[]): Map<string, JsonMember> {
  return new Map(members.map((member) => [`${member.turn} ${member.key}`, member]));
}

/** `a.b`, `a["odd name"]`; of several of one name the second is `a #2`. */
function pathOf(path: string, { key, turn }: JsonMember): string {
  const isPlain = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key);
  const name = isPlain ? `${path === '' ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`;
  return `${path}${name}${turn === 1 ? '' : ` #${turn}`}`;
}

function told(node: JsonNode | null): string | null {
  if (node === null) return null;
  const text = compactJson(node);
  return text.length <= longestValue ? text : `${[...text.slice(0, longestValue)].slice(0, -1).join('')}…`;
}

/** Which items stand for each other, by the place of the later one where there is one; null for none. */
function aligned(
  from: readonly JsonNode[],
  to: readonly JsonNode[],
): (readonly [place: number, from: JsonNode | null, to: JsonNode | null])[] {
  const isShort = from.length <= longestAligned && to.length <= longestAligned;
  const pieces = isShort ? diffArrays(from.map(dataOf), to.map(dataOf), { timeout: limit }) : undefined;
  const found: [number, JsonNode | null, JsonNode | null][] = [];
  /** Those between two that are the same stand for each other in their order. */
  const pair = (lefts: readonly [number, JsonNode][], rights: readonly [number, JsonNode][]): void => {
    for (let place = 0; place < Math.max(lefts.length, rights.length); place += 1) {
      const [left, right] = [lefts[place], rights[place]];
      found.push([right?.[0] ?? left?.[0] ?? 0, left?.[1] ?? null, right?.[1] ?? null]);
    }
  };
  const [lefts, rights] = [[...from.entries()], [...to.entries()]];
  if (pieces === undefined) {
    pair(lefts, rights);
    return found;
  }
  let [left, right, leftDone, rightDone] = [0, 0, 0, 0];
  const flush = (): void => {
    pair(lefts.slice(leftDone, left), rights.slice(rightDone, right));
    [leftDone, rightDone] = [left, right];
  };
  for (const { added, removed, value } of pieces) {
    if (!added && !removed) {
      flush();
      left += value.length;
      right += value.length;
      [leftDone, rightDone] = [left, right];
    } else if (removed) left += value.length;
    else right += value.length;
  }
  flush();
  return found;
}
