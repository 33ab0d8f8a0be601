/**
 * A line as an exponential moving average shows it: each value takes `1 − strength` of the next one, and what the first
 * ones lack, as the average begins with nothing, is divided out again:
 *
 *     s₀ = 0,  sₙ = strength · sₙ₋₁ + (1 − strength) · xₙ,  shown = sₙ / (1 − strengthⁿ)
 *
 * The correction is that of Adam (Kingma and Ba, section 3); TensorBoard and Weights & Biases smooth their lines so.
 *
 * @param values NaN is a gap: it stays one, and the average goes on behind it
 * @param strength from 0, which changes nothing, to less than 1
 * @see https://arxiv.org/abs/1412.6980
 */
export function smoothed(values: Float64Array, strength: number): Float64Array {
  if (strength <= 0) return values;
  const shown = new Float64Array(values.length);
  let [average, missing] = [0, 1];
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      shown[place] = Number.NaN;
      continue;
    }
    missing *= strength;
    // The same as above, from what is shown to what is shown: a level line stays level to the last digit.
    average += ((1 - strength) / (1 - missing)) * (value - average);
    shown[place] = average;
  }
  return shown;
}
