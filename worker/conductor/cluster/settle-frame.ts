import { fromFaceMessage } from '../../bus/face-message.ts';
import { FacefleetError } from '../../errors/facefleet-error.ts';
import { encodeRecord } from '../../formats/encode-record.ts';
import { type FrameFailure, type FrameResult, isFailure } from '../../formats/records.ts';
import { frameFailure, frameRecord } from '../frame-record.ts';
import type { OutputLog } from '../output-log.ts';
import type { Appended } from '../part-writer.ts';
import type { Ending, Outgoing } from './outgoing.ts';
import type { PassLog } from './pass-log.ts';

/** How a frame is recorded. */
interface SettledFrame {
  readonly record: FrameResult;
  /** Null when it got a record of faces. */
  readonly error: FacefleetError | null;
  /** Detected faces that the aligner or a filter did not accept. */
  readonly rejected: number;
}

/** What is recorded of a frame that has ended; a result that cannot be recorded is a failure, too. */
function frameRecordOf({ index, key }: Outgoing, ending: Ending): SettledFrame {
  if (ending.kind === 'failed') return failed(index, key, ending.error, ending.plugin);
  const { outcome } = ending.result;
  if (outcome.case !== 'found') throw new TypeError(`${key}: its result holds no faces`);
  try {
    const { width, height, videoMeta } = outcome.value;
    const faces = outcome.value.faces.map((face, i) => fromFaceMessage(face, `${key}: face ${i}`));
    const about = { index, key, faces, videoMeta: videoMeta ?? null };
    const record = frameRecord(about, { width, height });
    encodeRecord(record);
    return { record, error: null, rejected: faces.filter(({ rejection }) => rejection !== null).length };
  } catch (error) {
    if (!(error instanceof FacefleetError) || error.scope !== 'frame') throw error;
    return failed(index, key, error, null);
  }
}

function failed(
  index: number,
  key: string,
  error: FacefleetError,
  failedPlugin: string | null,
): SettledFrame {
  const record: FrameFailure = frameFailure({ index, key, error, failedPlugin });
  return { record, error, rejected: 0 };
}

/** Where frames are recorded, and who is told of failures. */
export interface Records {
  readonly output: OutputLog;
  /** Of a pass that is not the last; else null. */
  readonly log: PassLog | null;
  onFailure(failure: FrameFailure): void;
}

/** How a frame was recorded. */
export interface Settled extends Pick<Appended, 'committed'> {
  /** Null when it did not fail. */
  readonly error: FacefleetError | null;
  /** Detected faces that the aligner or a filter did not accept. */
  readonly rejected: number;
}

/** Records how a frame ended: what was found in the log of its pass, or in the output when that is the last; failures in the output. */
export async function settleFrame(frame: Outgoing, ending: Ending, records: Records): Promise<Settled> {
  const { output, log, onFailure } = records;
  if (ending.kind === 'found' && log !== null) {
    const { committed } = await log.record(ending.result, frame.version);
    return { committed, error: null, rejected: 0 };
  }
  const { record, error, rejected } = frameRecordOf(frame, ending);
  if (isFailure(record)) onFailure(record);
  const { committed } = await output.record(record, frame.version);
  return { committed, error, rejected };
}
