import type { PortableFrame } from '../formats/portable/portable-frame.ts';

/** What alignments were read from: a file of a format, an output folder, or face PNGs with headers. */
export type AlignmentsKind = 'fsa' | 'json' | 'jsonl' | 'output' | 'faces';

/** A frame of an alignments file. */
export interface AlignmentsEntry {
  readonly frame: PortableFrame;
  /** Where the frame's line stands in `Alignments.linesPath`, without its line feed; null when there is no such file. */
  readonly at: { readonly offset: number; readonly length: number } | null;
}

/** Frames and faces that some program found earlier. */
export interface Alignments {
  readonly kind: AlignmentsKind;
  /** As the user named it. */
  readonly name: string;
  /** The file of lines that the entries stand in, when they do. */
  readonly linesPath: string | null;
  /** What the user should know about how it was read, one phrase each; grows while entries are read. */
  readonly remarks: readonly string[];
  /**
   * The frames in the order of the file, from the start each time; no key comes twice.
   * @throws FacefleetError FF1201 when the file is damaged
   */
  entries(): AsyncGenerator<AlignmentsEntry>;
  /** Removes temporary files. Safe to call twice. */
  close(): Promise<void>;
}

/** The frames alone. */
export async function* framesOf(alignments: Alignments): AsyncGenerator<PortableFrame> {
  for await (const { frame } of alignments.entries()) yield frame;
}
