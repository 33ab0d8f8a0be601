import type { Schema } from '../../wire/schema.ts';

/**
 * Reads a query string by its schema. Digits become numbers first, as a query knows text only.
 *
 * @throws SchemaError naming the parameter
 */
export function parseQuery<T>(schema: Schema<T>, query: unknown): T {
  const given = Object.entries(query as Record<string, unknown>);
  return schema.parse(Object.fromEntries(given.map(([name, value]) => [name, numberIfDigits(value)])));
}

function numberIfDigits(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
}
