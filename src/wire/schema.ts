import type { Static, TSchema } from 'typebox';
import type { Validator } from 'typebox/schema';
import { Compile } from './schemaCompiler.ts';

/** A value that crossed a boundary does not have the shape that was agreed on. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  /** Where the fault is, as a person would write it: `predictions[3].epoch`. Empty for the whole value. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super(field === '' ? problem : `${field}: ${problem}`);
    this.field = field;
  }
}

/** A compiled schema. Compilation is lazy, so that loading a module costs nothing at activation. */
export interface Schema<T> {
  /** The JSON schema itself, for documents. */
  readonly type: TSchema;
  /** True when `value` fits. */
  check(value: unknown): value is T;
  /** Returns `value` as it came, unknown fields included. @throws SchemaError naming the first field that does not fit. */
  parse(value: unknown): T;
}

/** Makes the one schema that types, validation and documents share. */
export function schema<S extends TSchema>(type: S): Schema<Static<S>> {
  let compiled: Validator | undefined;
  const validator = () => {
    compiled ??= Compile(type);
    return compiled;
  };
  return {
    type,
    check: (value): value is Static<S> => validator().Check(value),
    parse(value) {
      if (validator().Check(value)) return value as Static<S>;
      throw describe(validator().Errors(value)[1] as ValidationFault[]);
    },
  };
}

interface ValidationFault {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
}

function describe(faults: ValidationFault[]): SchemaError {
  const first = faults[0];
  if (first === undefined) return new SchemaError('', 'does not fit its schema');
  const field = fieldName(first.instancePath);
  // A union reports every branch at the same place: name all the types it would take.
  const types = faults
    .filter((fault) => fault.instancePath === first.instancePath && fault.keyword === 'type')
    .flatMap((fault) => String(fault.params['type']).split(','));
  if (first.keyword === 'type') return new SchemaError(field, `expected ${[...new Set(types)].join(' or ')}`);
  if (first.keyword === 'required') {
    const missing = (first.params['requiredProperties'] as string[] | undefined)?.[0] ?? '';
    return new SchemaError(field === '' ? missing : `${field}.${missing}`, 'required');
  }
  if (first.keyword === 'enum' || first.keyword === 'const') {
    const allowed = faults
      .filter((fault) => fault.instancePath === first.instancePath)
      .flatMap((fault) => (fault.params['allowedValues'] as unknown[] | undefined) ?? [fault.params['allowedValue']]);
    return new SchemaError(field, `expected one of ${allowed.map((value) => JSON.stringify(value)).join(', ')}`);
  }
  return new SchemaError(field, first.message);
}

/** `/predictions/3/epoch` (RFC 6901) as `predictions[3].epoch`. */
function fieldName(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path === '' ? part : `${path}.${part}`;
    }, '');
}
