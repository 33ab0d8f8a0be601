/** How long a choice may be on its way from the window to the extension, over a slow connection too, in ms. */
const onItsWay = 1000;

/**
 * Tells whether an entry of a list is the one that was chosen. VS Code names a chosen entry by its place in the list: where
 * that was replaced while the choice was on its way, another entry stands in the place.
 */
export class SteadyPick<T> {
  #replaced: { readonly items: readonly T[]; readonly at: number }[] = [];

  /** @param items that stood there before. @param now in ms */
  replace(items: readonly T[], now: number): void {
    this.#replaced = [...this.#replaced.filter(({ at }) => now - at < onItsWay), { items, at: now }];
  }

  /** @param isSame whether two entries stand for the same */
  isSure(place: number, item: T, isSame: (a: T, b: T) => boolean, now: number): boolean {
    return this.#replaced.every(({ items, at }) => {
      const before = items[place];
      // Nobody chose what was not there.
      return now - at >= onItsWay || before === undefined || isSame(before, item);
    });
  }
}
