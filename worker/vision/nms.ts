import { type OverlapMeasure, overlap } from './overlap.ts';
import type { Box } from './types.ts';

/** Anything with a box and a confidence. */
export interface Scored {
  readonly box: Box;
  readonly score: number;
}

/** A candidate that survived, and the ones it suppressed (best first, without itself). */
interface Cluster<T> {
  readonly best: T;
  readonly suppressed: T[];
}

const hasFiniteNumbers = ({ box, score }: Scored) => Number.isFinite(box.x + box.y + box.w + box.h + score);

/** Greedy clustering: the best candidate takes all that overlap it by more than the limit, and so on. */
function cluster<T extends Scored>(
  candidates: readonly T[],
  limit: number,
  measure?: OverlapMeasure,
): Cluster<T>[] {
  let rest = candidates.filter(hasFiniteNumbers).sort((a, b) => b.score - a.score);
  const clusters: Cluster<T>[] = [];
  while (rest.length > 0) {
    const best = rest[0]!;
    const suppressed: T[] = [];
    const kept: T[] = [];
    for (let i = 1; i < rest.length; i++) {
      const other = rest[i]!;
      (overlap(best.box, other.box, measure) > limit ? suppressed : kept).push(other);
    }
    clusters.push({ best, suppressed });
    rest = kept;
  }
  return clusters;
}

/** The mean of boxes, weighted by their scores. */
function meanBox(members: readonly Scored[]): Box {
  const sum = { x: 0, y: 0, w: 0, h: 0 };
  let total = 0;
  for (const { box, score } of members) {
    sum.x += box.x * score;
    sum.y += box.y * score;
    sum.w += box.w * score;
    sum.h += box.h * score;
    total += score;
  }
  return { x: sum.x / total, y: sum.y / total, w: sum.w / total, h: sum.h / total };
}

/**
 * Non-maximum suppression: keeps the best candidate of each group whose boxes overlap by more than `limit`.
 * Candidates with a coordinate or score that is not finite are dropped; equal scores keep their order.
 * @param limit 0 to 1
 * @returns a subset of the candidates, best first
 */
export function nms<T extends Scored>(
  candidates: readonly T[],
  limit: number,
  measure?: OverlapMeasure,
): T[] {
  return cluster(candidates, limit, measure).map(({ best }) => best);
}

/**
 * Non-maximum suppression with box voting (S3FD, Zhang et al. 2017): a kept candidate's box becomes the mean, weighted by
 * score, of those it suppressed; its own box is not part of it unless it suppressed none.
 */
export function votingNms<T extends Scored>(
  candidates: readonly T[],
  limit: number,
  measure?: OverlapMeasure,
): T[] {
  return cluster(candidates, limit, measure).map(({ best, suppressed }) =>
    suppressed.length === 0 ? best : { ...best, box: meanBox(suppressed) },
  );
}

/**
 * Weighted non-maximum suppression (BlazeFace, Bazarevsky et al. 2019): a kept candidate's box becomes the mean, weighted
 * by score, of itself and those it suppressed. Steadier over video than plain suppression.
 */
export function weightedNms<T extends Scored>(
  candidates: readonly T[],
  limit: number,
  measure?: OverlapMeasure,
): T[] {
  return cluster(candidates, limit, measure).map(({ best, suppressed }) => ({
    ...best,
    box: meanBox([best, ...suppressed]),
  }));
}
