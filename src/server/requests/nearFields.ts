import { distance } from 'fastest-levenshtein';
import { predictionFields } from '../../wire/prediction.ts';

/** Shorter names, such as `step`, are near to too many that are meant as they are. In letters. */
const shortestTarget = 8;
/** With so many letters wrong, missing or too many a name is meant for the field; for one of fewer than ten letters, one. */
const mostWrong = 2;
/** So many names are told of. */
const mostNames = 10;
/** Of a batch so many rows are looked at: a script misspells each. */
const mostRows = 100;
/** A longer name is none that was misspelt. */
const longestName = 40;

const targets = [...predictionFields]
  .map((field) => ({ field, letters: lettersOf(field) }))
  .filter(({ letters }) => letters.length >= shortestTarget);

/** Names of fields are asked for with each row. */
const knownNames = new Map<string, string | null>();

/** The field of the contract that an unknown one is nearly called, as in `groundTruth` or `char_error_rat`; else null. */
export function nearField(name: string): string | null {
  let near = knownNames.get(name);
  if (near === undefined) {
    // A script may make up names without end.
    if (knownNames.size >= 10_000) knownNames.clear();
    near = predictionFields.has(name) || name.length > longestName ? null : nearest(lettersOf(name));
    knownNames.set(name, near);
  }
  return near;
}

/** Unknown fields of rows that are nearly called like a field of the contract, with that field: at most ten of them. */
export function nearFields(rows: readonly object[]): Record<string, string> {
  const found = new Map<string, string>();
  for (const row of rows.slice(0, mostRows)) {
    for (const name of Object.keys(row)) {
      const near = nearField(name);
      if (near === null || Object.hasOwn(row, near)) continue;
      if (found.size < mostNames) found.set(name, near);
    }
  }
  return Object.fromEntries(found);
}

function nearest(letters: string): string | null {
  // What is numbered is one of several that a script has.
  if (/\d/.test(letters)) return null;
  const near = targets
    .map(({ field, letters: target }) => ({ field, letters: target, wrong: distance(letters, target) }))
    .filter(({ wrong, letters: target }) => isMisspelling(letters, target, wrong))
    .sort((a, b) => a.wrong - b.wrong);
  return near[0]?.field ?? null;
}

/** Of two other letters at the same places it is another word, as `loss` is for `pass`, unless they changed places. */
function isMisspelling(letters: string, target: string, wrong: number): boolean {
  if (wrong > (target.length < 10 ? 1 : mostWrong)) return false;
  return wrong < 2 || letters.length !== target.length || inOrder(letters) === inOrder(target);
}

function inOrder(letters: string): string {
  return [...letters].sort().join('');
}

/** However its words are put together. */
function lettersOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}
