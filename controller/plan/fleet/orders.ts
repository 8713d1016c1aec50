/** Every order of the numbers below `count`. */
export function permutations(count: number): readonly (readonly number[])[] {
  let orders: number[][] = [[]];
  for (let next = 0; next < count; next++) {
    orders = orders.flatMap((order) =>
      Array.from({ length: order.length + 1 }, (_, at) => [...order.slice(0, at), next, ...order.slice(at)]),
    );
  }
  return orders;
}

/** Every way to take `size` of the numbers below `count`, ascending. */
export function subsets(count: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return subsets(count, size - 1).flatMap((taken) => {
    const from = (taken.at(-1) ?? -1) + 1;
    return Array.from({ length: Math.max(0, count - from) }, (_, i) => [...taken, from + i]);
  });
}

/** Every way to cut `count` items in a row into at most `most` parts, fewest parts first; each part as its end. */
export function cuts(count: number, most: number): readonly (readonly number[])[] {
  const ways: number[][] = [];
  for (let parts = 1; parts <= Math.min(count, most); parts++) {
    for (const inner of subsets(count - 1, parts - 1)) ways.push([...inner.map((cut) => cut + 1), count]);
  }
  return ways;
}
