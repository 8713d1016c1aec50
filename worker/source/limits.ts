/** Bounds on what one frame may cost. A frame beyond them becomes a recorded failure instead of exhausting the machine. */
export interface Limits {
  /** Largest image file that is read, in bytes (FF1004). Videos are streamed and not bound by it. */
  readonly maxBytes: number;
  /** Largest frame that is decoded, in pixels: width × height (FF1003). */
  readonly maxPixels: number;
  /** Longest time that decoding one image may take, in milliseconds (FF1010). */
  readonly timeoutMs: number;
}

/** 512 MiB of file, 200 megapixels (the largest phone sensors), one minute. */
export const DEFAULT_LIMITS: Limits = {
  maxBytes: 512 * 1024 * 1024,
  maxPixels: 200_000_000,
  timeoutMs: 60_000,
};
