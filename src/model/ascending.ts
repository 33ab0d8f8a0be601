/** Where something belongs in an ascending list: behind all that come before it. */
export function placeIn<Item>(list: readonly Item[], comesBefore: (item: Item) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(list[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
