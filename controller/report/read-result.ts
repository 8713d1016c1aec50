import { BOUNDS } from '../../worker/formats/records.ts';
import type { FaceFacts } from './report.ts';

/** What every line is read for; the rest of it is only looked at for faces that are shown. */
export type ReadResult = { readonly index: number; readonly key: string } & (
  | { readonly failure: { readonly code: string; readonly message: string; readonly plugin?: string } }
  | { readonly failure: null; readonly faces: readonly ReadFace[] }
);

/** A face of a line. */
export interface ReadFace {
  readonly facts: FaceFacts;
  /** A line of its frame with this face alone. */
  line(): string;
}

/** Reads a line of a result. Null when it is none. */
export function readResult(line: Uint8Array): ReadResult | null {
  const value = parsed(line);
  if (value === null) return null;
  const { index, key, code, message, plugin, faces } = value;
  if (!Number.isSafeInteger(index) || (index as number) < 0 || (index as number) > BOUNDS.index) return null;
  if (typeof key !== 'string' || key === '') return null;
  const head = { index: index as number, key };
  if (typeof code === 'string') {
    const failure = { code, message: typeof message === 'string' ? message : '' };
    return { ...head, failure: typeof plugin === 'string' ? { ...failure, plugin } : failure };
  }
  if (!Array.isArray(faces)) return null;
  const { width, height } = value;
  return {
    ...head,
    failure: null,
    faces: faces.map((face: unknown) => ({
      facts: factsOf(face),
      line: () => JSON.stringify({ ...head, width, height, faces: [face] }),
    })),
  };
}

function parsed(line: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'),
    );
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function factsOf(face: unknown): FaceFacts {
  const { box, pose, score } = (face ?? {}) as { box?: unknown; pose?: unknown; score?: unknown };
  const { yaw, pitch, roll } = (pose ?? {}) as Record<string, unknown>;
  const [w, h] = Array.isArray(box) ? [numberOf(box[2]), numberOf(box[3])] : [null, null];
  return {
    sizePx: w === null || h === null ? null : Math.max(w, h),
    yaw: numberOf(yaw),
    pitch: numberOf(pitch),
    roll: numberOf(roll),
    score: numberOf(score),
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
