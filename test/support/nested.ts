/** JSON of so many lists in each other, or of lists and objects in turn. */
export function nested(levels: number, kind: 'lists' | 'mixed' = 'lists'): string {
  if (kind === 'lists') return '['.repeat(levels) + ']'.repeat(levels);
  const pairs = '[{"a":'.repeat(levels >> 1) + (levels % 2 === 1 ? '[]' : '0');
  return pairs + '}]'.repeat(levels >> 1);
}
