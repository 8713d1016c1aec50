import type { Landmarks } from './types.ts';

/**
 * Copies 68 landmarks (pixels) with the brows moved up the forehead, by half their height over a line between the eyes
 * and points on the cheeks. Halves are rounded down, in whole pixels.
 */
export function raiseBrows(landmarks: Landmarks): Landmarks {
  const raised = landmarks.slice();
  for (const axis of [0, 1]) {
    const at = (i: number) => landmarks[2 * i + axis]!;
    const half = (a: number, b: number) => Math.floor((a + b) / 2);
    const cheekLeft = half(at(36), half(at(36), at(0)));
    const cheekRight = half(at(45), half(at(16), at(45)));
    const below = [cheekLeft, at(36), at(37), at(38), at(39), at(42), at(43), at(44), at(45), cheekRight];
    below.forEach((value, i) => {
      raised[2 * (17 + i) + axis]! += Math.floor((at(17 + i) - value) / 2);
    });
  }
  return raised;
}
