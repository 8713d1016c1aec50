/** Rounds to the nearest integer, halves to the even neighbour (IEEE 754 default, as `numpy.rint` and `cvRound` do). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction < 0.5) return floor;
  if (fraction > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
