import type { z } from 'zod';
import type { Tensors } from '../engine/tensor.ts';
import type { Box, Centering, Landmarks, Matrix, RgbImage } from '../vision/types.ts';

/** What every plugin declares. `Options` is what its zod schema parses to. */
export interface PluginBase<Options> {
  readonly name: string;
  /** One line for `facefleet plugins`. */
  readonly summary: string;
  /** Catalogue name of its model; null when it needs none. */
  readonly model: string | null;
  /** Items (frames for a detector, faces otherwise) in one run on a GPU; a CPU always runs one. */
  readonly batch: number;
  /** Declared GPU memory of the loaded model, MiB. Measured profiles replace it. */
  readonly vramMiB: number;
  /** Declared further GPU memory for each item of a batch, MiB. */
  readonly vramPerBatchMiB: number;
  readonly options: z.ZodType<Options>;
}

/** The tensor that a model takes: `fill` writes one item of it. */
export interface ModelInput {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Dimensions of one item, without the batch. */
  readonly dims: readonly number[];
  /** Writes pixels of exactly width × height into `target`, whose length is the product of `dims`. */
  fill(image: RgbImage, target: Float32Array): void;
}

/** A face as a detector sees it; pixels of the model-size image until the detect step maps it to the frame. */
export interface Detection {
  readonly box: Box;
  /** Confidence 0..1. */
  readonly score: number;
}

export interface DetectorPlugin<Options = unknown> extends PluginBase<Options> {
  readonly role: 'detect';
  input(options: Options): ModelInput;
  /** Detections of item `item`, after non-maximum suppression, best first. */
  decode(outputs: Tensors, item: number, options: Options): Detection[];
}

/** An oriented box around a face in frame pixels; `rollDeg` turns the crop's x axis clockwise as seen on screen. */
export interface Region {
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
  readonly rollDeg: number;
}

/** The model's own points in pixels of its crop. */
export interface AlignedPoints {
  readonly points: Landmarks;
  /** Probability 0..1 that the crop shows a face; null when the model does not say. */
  readonly presence: number | null;
}

export interface AlignerPlugin<Options = unknown> extends PluginBase<Options> {
  readonly role: 'align';
  readonly input: ModelInput;
  /** Runs per face; every run after the first takes its region from the points before. */
  readonly passes: number;
  /** Frame → crop for a region. */
  crop(region: Region): Matrix;
  decode(outputs: Tensors, item: number, options: Options): AlignedPoints;
  /** The region of the next pass, from the points in frame pixels; only called when `passes` > 1. */
  nextRegion?(points: Landmarks): Region;
  /** The model's points (frame pixels) in 68-point iBUG order. */
  toLandmarks68(points: Landmarks, options: Options): Landmarks;
  /** False when the face should be dropped, judged by the model's presence and the detector's score. */
  accepts(presence: number | null, detectorScore: number, options: Options): boolean;
}

/** A masker that draws from landmarks alone. */
export interface LandmarkMaskerPlugin<Options = unknown> extends PluginBase<Options> {
  readonly role: 'mask';
  readonly kind: 'landmarks';
  readonly centering: Centering;
  /** A mask of sizePx², 0 or 255; landmarks are in pixels of the crop. */
  draw(landmarks: Landmarks, sizePx: number): Uint8Array;
}

/** A masker that runs a network on an aligned crop. */
export interface NetworkMaskerPlugin<Options = unknown> extends PluginBase<Options> {
  readonly role: 'mask';
  readonly kind: 'network';
  readonly centering: Centering;
  readonly input: ModelInput;
  /** A mask of input width × height, 0..255. */
  decode(outputs: Tensors, item: number, options: Options): Uint8Array;
}

export type MaskerPlugin<Options = unknown> = LandmarkMaskerPlugin<Options> | NetworkMaskerPlugin<Options>;
export type Plugin = DetectorPlugin | AlignerPlugin | MaskerPlugin;
export type PluginRole = Plugin['role'];
