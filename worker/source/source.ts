import type { FacefleetError } from '../errors/facefleet-error.ts';
import type { RgbImage } from '../vision/types.ts';

/**
 * What a frame of the source is: a file still to be decoded (`decodeImage`), bytes that are fetched when it is decoded, pixels (a
 * video frame), or a frame that cannot be had, with the reason.
 */
export type FrameInput =
  | { readonly kind: 'file'; readonly path: string }
  | BytesInput
  | { readonly kind: 'pixels'; readonly image: RgbImage }
  | { readonly kind: 'failure'; readonly error: FacefleetError };

/** A frame whose bytes lie elsewhere. */
export interface BytesInput {
  readonly kind: 'bytes';
  /** For messages. */
  readonly name: string;
  /** Of raw pixels (interleaved 8-bit RGB); null for an image file. */
  readonly size: { readonly width: number; readonly height: number } | null;
  read(): Promise<Uint8Array>;
}

/** What is known of a frame before it is decoded. */
export interface FrameHead {
  /** Dense, 0-based, counted over the kept frames. */
  readonly index: number;
  /** Unique in the source: `/`-separated path below it, or `<stem>_<000001>.<ext>` (1-based number in the video). */
  readonly key: string;
  /** Differs when the file behind the key was replaced or changed (see `fileVersion`); absent when the source cannot tell. */
  readonly version?: string;
}

/** One frame of a source, in source order. */
export interface SourceFrame extends FrameHead {
  readonly input: FrameInput;
}

/** How the frames of a source are read. */
export interface FramesOptions {
  readonly signal?: AbortSignal;
  /**
   * Asked once for every frame, in source order. Those for which it answers true are passed over: images are not read, pictures of a
   * video are decoded (the following ones may need them) but not converted.
   */
  readonly isDone?: (frame: FrameHead) => boolean;
  /**
   * Told of a frame right before its bytes are decoded, here or by whom the frame is given to. An error that it gives takes the frame's
   * place, and the bytes are left alone; a video ends there.
   */
  readonly admit?: (key: string) => FacefleetError | null;
  /** Told of a frame that was admitted, decoded without harm, and is not given out (a picture of a video that is done). */
  readonly release?: (key: string) => void;
}

export type SourceKind = 'folder' | 'image' | 'list' | 'video';

/** Where frames come from. */
export interface Source {
  readonly kind: SourceKind;
  /** Base name of the input. */
  readonly name: string;
  /**
   * Number of frames that will come, failures included. Exact for folders, images and lists. For videos it is the number of
   * pictures in the container, which a damaged or unusual stream may miss in either direction; null when unknown.
   */
  readonly count: number | null;
  /** Files in a folder that are no images, or repeated entries of a list: passed over without a record. */
  readonly skipped: number;
  /**
   * The frames in source order. Nothing is read ahead of the consumer's pull (a video decoder holds a few frames). May be
   * called again to start anew.
   *
   * @throws the signal's reason when aborted
   */
  frames(options?: FramesOptions): AsyncGenerator<SourceFrame, void, undefined>;
  /** Ends running iterations and frees what they hold. Safe to call twice. */
  close(): Promise<void>;
}
