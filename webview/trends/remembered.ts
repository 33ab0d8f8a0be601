/** What a function made of the same arguments, the last ones, is not made again. */
export function remembered<Arguments extends readonly unknown[], Made>(
  make: (...args: Arguments) => Made,
): (...args: Arguments) => Made {
  let last: { args: Arguments; made: Made } | undefined;
  return (...args) => {
    if (last === undefined || !args.every((arg, index) => Object.is(arg, last?.args[index]))) {
      last = { args, made: make(...args) };
    }
    return last.made;
  };
}

/** Whether two objects of one shape hold the very same things. */
export function holdsSame<T extends object>(one: T | null | undefined, other: T): boolean {
  if (one == null) return false;
  return (Object.keys(other) as (keyof T)[]).every((key) => Object.is(one[key], other[key]));
}
