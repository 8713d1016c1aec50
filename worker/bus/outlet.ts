import type { Message } from './bus.ts';

/** The sending end of a lane, as `sendToRoomiest` uses it. */
export interface Outlet {
  readonly name: string;
  /** True once the lane does not exist any more. */
  readonly gone: boolean;
  /** Free places that nobody in this process has reserved. */
  readonly room: number;
  /** Holds a place for the next `put`, which gives it back. */
  reserve(): void;
  /** True when it is known how full the lane is. */
  readonly known: boolean;
  /** Learns how full the lane is, before its first use. */
  ready(signal: AbortSignal | undefined): Promise<void>;
  /** Tells of every moment at which there may be room, or the lane is gone. @returns how to stop it */
  onChange(listener: () => void): () => void;
  /** Puts a message into a reserved place. Other senders may have filled the lane: 'full', or removed it: 'gone'. */
  put(message: Message, signal: AbortSignal | undefined): Promise<'sent' | 'duplicate' | 'full' | 'gone'>;
}
