import { FacefleetError } from '../errors/facefleet-error.ts';
import { ALIGNMENTS_KEY } from '../formats/output-keys.ts';
import { partKey } from '../formats/part.ts';
import { withIndex } from '../formats/result-head.ts';
import type { Store } from '../store/store.ts';
import { type Location, MERGED, type ResultIndex } from './result-index.ts';

/** Frames that are gathered at once, at most … */
const WINDOW_FRAMES = 4096;
/** … and of so many bytes together (but at least one frame). */
const WINDOW_BYTES = 2 * 1024 * 1024;
/** Reading so many bytes too many is cheaper than another request. */
const GAP_BYTES = 64 * 1024;
const READS_AT_ONCE = 4;

interface Wanted {
  readonly index: number;
  readonly at: Location;
}

/**
 * The lines of all placed records, or failures, in order of their index and with the present index in them. Frames end almost in
 * source order, so a window of frames needs few long reads; memory is bounded by the window in any case.
 */
export async function* mergeResults(
  store: Store,
  index: ResultIndex,
  kind: 'records' | 'failures',
): AsyncGenerator<Uint8Array> {
  let window: Wanted[] = [];
  let bytes = 0;
  for (const wanted of index.placed(kind)) {
    if (window.length === WINDOW_FRAMES || (window.length > 0 && bytes + wanted.at.length > WINDOW_BYTES)) {
      yield await readWindow(store, window);
      window = [];
      bytes = 0;
    }
    window.push(wanted);
    bytes += wanted.at.length;
  }
  if (window.length > 0) yield await readWindow(store, window);
}

async function readWindow(store: Store, window: readonly Wanted[]): Promise<Uint8Array> {
  const lines = new Map<number, Uint8Array>();
  const runs = neighbours(window);
  for (let i = 0; i < runs.length; i += READS_AT_ONCE) {
    await Promise.all(runs.slice(i, i + READS_AT_ONCE).map((run) => readRun(store, run, lines)));
  }
  return Buffer.concat(window.map(({ index }) => lines.get(index) ?? new Uint8Array(0)));
}

/** Groups what stands close together in one object, so that one read gets it. */
function neighbours(window: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const sorted = [...window].sort((a, b) => a.at.part - b.at.part || a.at.offset - b.at.offset);
  const runs: Wanted[][] = [];
  for (const wanted of sorted) {
    const run = runs.at(-1);
    const last = run?.at(-1)?.at;
    const near = last?.part === wanted.at.part && wanted.at.offset - (last.offset + last.length) <= GAP_BYTES;
    if (run && near) run.push(wanted);
    else runs.push([wanted]);
  }
  return runs;
}

async function readRun(store: Store, run: readonly Wanted[], lines: Map<number, Uint8Array>): Promise<void> {
  const [first, last] = [run[0]?.at, run.at(-1)?.at];
  if (!first || !last) return;
  const key = first.part === MERGED ? ALIGNMENTS_KEY : partKey(first.part);
  const offset = first.offset;
  const bytes = await store.get(key, { offset, length: last.offset + last.length - offset });
  for (const { index, at } of run) {
    const line = bytes.subarray(at.offset - offset, at.offset - offset + at.length);
    if (line.length !== at.length || line.at(-1) !== 10) {
      throw new FacefleetError('FF4005', `${key}: it changed while it was read`);
    }
    lines.set(index, withIndex(line, index, key));
  }
}
