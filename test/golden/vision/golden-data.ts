import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { GrayImage } from '../../../worker/vision/gray-image.ts';
import type { Centering, Landmarks, Matrix, RgbImage } from '../../../worker/vision/types.ts';
import { SHARED } from '../shared-data.ts';

/** One crop of a set of landmarks, as the original computed it. */
export interface GoldenCrop {
  readonly centering: Centering;
  readonly size: number;
  readonly coverage: number;
  readonly y_offset?: number;
  readonly padding: number;
  readonly adjusted_matrix: number[][];
  readonly original_roi: number[][];
  readonly interpolators?: number[];
  readonly landmarks?: number[][];
}

/** One set of landmarks with the original's results. */
export interface GoldenSet {
  readonly frame_hw: [number, number];
  readonly landmarks: number[][];
  readonly legacy_matrix: number[][];
  readonly normalized_landmarks: number[][];
  readonly relative_eye_mouth_position: number;
  readonly average_distance: number;
  readonly pose: {
    readonly pitch: number;
    readonly yaw: number;
    readonly roll: number;
    readonly offset: Record<Centering, number[]>;
  };
  readonly aligned: GoldenCrop[];
}

const path = (name: string) => join(SHARED ?? '', 'golden', name);

export function goldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(path(name), 'utf8')) as T;
}

/** The numbers that are in the repository. */
export function smallGolden<T>(): T {
  return JSON.parse(readFileSync(new URL('numbers.json', import.meta.url), 'utf8')) as T;
}

export const goldenSets = (): [string, GoldenSet][] =>
  Object.entries(goldenJson<{ sets: Record<string, GoldenSet> }>('geometry_master.json').sets);

export async function goldenRgb(name: string): Promise<RgbImage> {
  const { data, info } = await sharp(path(name)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

const frames = new Map<string, Promise<RgbImage>>();

/** The frame that a set of landmarks lies in. */
export function goldenFrame({ frame_hw: [height, width] }: GoldenSet): Promise<RgbImage> {
  const name = `frames/frame_${width}x${height}.png`;
  const frame = frames.get(name) ?? goldenRgb(name);
  frames.set(name, frame);
  return frame;
}

export async function goldenGray(name: string): Promise<GrayImage> {
  const { data, info } = await sharp(path(name))
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

export const flat = (rows: readonly (readonly number[])[]): Landmarks => new Float64Array(rows.flat());
export const toMatrix = (rows: readonly (readonly number[])[]): Matrix =>
  rows.flat() as unknown as [number, number, number, number, number, number];

/** The largest absolute difference of two lists of numbers. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** Mean and 99.9th percentile of the absolute differences of two images, levels. */
export function imageDifference(a: Uint8Array, b: Uint8Array): { mean: number; p999: number } {
  if (a.length !== b.length) return { mean: Number.POSITIVE_INFINITY, p999: Number.POSITIVE_INFINITY };
  const differences = a.map((level, i) => Math.abs(level - b[i]!)).sort();
  const sum = differences.reduce((total, difference) => total + difference, 0);
  return { mean: sum / a.length, p999: differences[Math.floor(a.length * 0.999)]! };
}
