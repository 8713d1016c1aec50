/** A plan asks for the same few again and again. */
const PERMUTATIONS = new Map<number, readonly (readonly number[])[]>();
const SUBSETS = new Map<number, readonly (readonly number[])[]>();
/** More than any size of a subset that is asked for. */
const MOST_SIZE = 1000;

/** Every order of the numbers below `count`. */
export function permutations(count: number): readonly (readonly number[])[] {
  const known = PERMUTATIONS.get(count);
  if (known !== undefined) return known;
  const next = count - 1;
  const orders =
    count === 0
      ? [[]]
      : permutations(next).flatMap((order) =>
          Array.from({ length: count }, (_, at) => [...order.slice(0, at), next, ...order.slice(at)]),
        );
  PERMUTATIONS.set(count, orders);
  return orders;
}

/** Every way to take `size` of the numbers below `count`, ascending. */
export function subsets(count: number, size: number): readonly (readonly number[])[] {
  const key = count * MOST_SIZE + size;
  const known = SUBSETS.get(key);
  if (known !== undefined) return known;
  const ways =
    size === 0
      ? [[]]
      : subsets(count, size - 1).flatMap((taken) => {
          const from = (taken.at(-1) ?? -1) + 1;
          return Array.from({ length: Math.max(0, count - from) }, (_, i) => [...taken, from + i]);
        });
  SUBSETS.set(key, ways);
  return ways;
}

/** Every way to cut `count` items in a row into at most `most` parts, fewest parts first; each part as its end. */
export function cuts(count: number, most: number): readonly (readonly number[])[] {
  const ways: number[][] = [];
  for (let parts = 1; parts <= Math.min(count, most); parts++) {
    for (const inner of subsets(count - 1, parts - 1)) ways.push([...inner.map((cut) => cut + 1), count]);
  }
  return ways;
}
