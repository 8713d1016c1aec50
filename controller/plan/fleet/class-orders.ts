import { byText } from './by-text.ts';
import type { RatedClass } from './rate-table.ts';

/** Directions in the plane of log speed and log free memory along which the classes are lined up. */
const DIRECTIONS = 8;

/**
 * Orders of the classes, each by one number that a class has of itself: from slow to fast, from small to large, and mixtures of both.
 * They depend neither on the other classes nor on the roles.
 * @param bothWays each order reversed as well; needed only where not all devices may be used
 */
export function classOrders(
  classes: readonly RatedClass[],
  bothWays: boolean,
): readonly (readonly number[])[] {
  const orders = new Map<string, readonly number[]>();
  const points = classes.map(({ pools }) => {
    const { speed, device } = pools[0]!;
    return { speed: Math.log(speed), memory: Math.log(device.freeMiB + 1), id: device.id };
  });
  for (let i = 0; i < DIRECTIONS; i++) {
    const angle = (Math.PI * i) / DIRECTIONS;
    const keys = points.map(({ speed, memory }) => Math.cos(angle) * speed + Math.sin(angle) * memory);
    const order = keys
      .map((_, c) => c)
      .sort((a, b) => keys[a]! - keys[b]! || byText(points[a]!.id, points[b]!.id));
    orders.set(order.join(), order);
    if (bothWays) orders.set(order.toReversed().join(), order.toReversed());
  }
  return [...orders.values()];
}
