/** Memory that runs out: what makes a structure grow fails at one step of what is run. */

const arrays = ['Float64Array', 'Int32Array', 'Uint32Array', 'Uint16Array', 'Uint8Array'] as const;

/**
 * Runs something while the `failing`th step that takes memory throws: a growing map or list, a new array or buffer, a
 * text that is written.
 *
 * @returns what it threw; undefined when it came to its end
 */
export function runFailing(run: () => void, failing: number): unknown {
  let steps = 0;
  let counting = false;
  const step = (name: string): void => {
    if (!counting) return;
    steps += 1;
    if (steps === failing) throw new RangeError(`no memory for ${name}`);
  };
  const restores: (() => void)[] = [];
  const replace = (owner: object, name: string, replacement: unknown): void => {
    const original: unknown = Reflect.get(owner, name);
    Reflect.set(owner, name, replacement);
    restores.push(() => Reflect.set(owner, name, original));
  };
  const guard = (owner: object, name: string): void => {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    replace(owner, name, function (this: unknown, ...args: unknown[]): unknown {
      step(name);
      return original.apply(this, args);
    });
  };
  guard(Map.prototype, 'set');
  for (const name of ['splice', 'unshift', 'push']) guard(Array.prototype, name);
  guard(Buffer, 'allocUnsafeSlow');
  guard(JSON, 'stringify');
  for (const name of arrays) {
    const construct = (target: new (...args: unknown[]) => object, args: unknown[]): object => {
      step(name);
      return Reflect.construct(target, args);
    };
    replace(globalThis, name, new Proxy(globalThis[name], { construct }));
  }
  counting = true;
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    counting = false;
    for (const restore of restores.reverse()) restore();
  }
}
