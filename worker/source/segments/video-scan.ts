import type { SeekPoint } from './seek-point.ts';

/** What is known of a video without decoding it. */
export interface VideoScan {
  /**
   * How many pictures a decoder gives: up to the end, or up to the first damage of the container. Damage inside a picture shows only when it is decoded.
   */
  readonly pictures: number;
  /** Whether `pictures` is sure. Otherwise it is the number of packets, which an unusual stream may miss in either direction. */
  readonly exact: boolean;
  /** What is wrong with the container, or null; one failure then follows the last picture. */
  readonly damage: string | null;
  /** Where decoders can start, ascending, at least a few pictures apart; none in a video that cannot be split. */
  readonly points: readonly SeekPoint[];
  /** Why there are no points, where a reason is known. */
  readonly whyWhole: string | null;
  /** Whether every picture is decoded alone, so that any of them can be left out. */
  readonly intraOnly: boolean;
  /** Time of the first picture in the stream's time base; null when it has none. */
  readonly firstPts: number | null;
  /** Seconds per unit of time. */
  readonly timeBase: number;
}
