/** Names multiples of the distance between its names, wherever the data begins: 200, 400 and not 40, 240, 440. */
export function nameMultiples(axis: { min: number; max: number; ticks: { value: number }[] }): void {
  const { min, max, ticks } = axis;
  const distance = (ticks[2]?.value ?? Number.NaN) - (ticks[1]?.value ?? Number.NaN);
  if (!(distance > 0)) return;
  const first = Math.ceil(min / distance);
  const count = Math.floor(max / distance) - first + 1;
  axis.ticks = Array.from({ length: count }, (_, index) => ({ value: (first + index) * distance }));
}
