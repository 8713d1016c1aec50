/**
 * Python's `a // b` for floats: the floor of the exact quotient. `Math.floor(a / b)` differs where the quotient rounds up to a whole
 * number. (CPython, Objects/floatobject.c, float_divmod.)
 * @param b not 0
 */
export function floorDivision(a: number, b: number): number {
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}
