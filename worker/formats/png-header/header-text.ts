import { FacefleetError } from '../../errors/facefleet-error.ts';
import { FaceOfPython } from '../fsa/face-of-python.ts';
import { faceToPython } from '../fsa/face-to-python.ts';
import { FSA_BOUNDS } from '../fsa/fsa-alignments.ts';
import { PyField } from '../python/py-field.ts';
import { PyTuple, type PyValue } from '../python/py-value.ts';
import { readLiteral } from '../python/read-literal.ts';
import { writeLiteral } from '../python/write-literal.ts';
import { BOUNDS } from '../records.ts';
import type { FaceHeader, FaceSource } from './face-header.ts';

/**
 * A header as the text of a Python dict, with the keys and types that faceswap 2.3 and 3.x expect and no others.
 * @throws FacefleetError FF3003 for a value out of bounds
 */
export function headerText({ face, source }: FaceHeader): string {
  const where = source.originalFilename;
  const { frameSize } = source;
  for (const [name, value] of Object.entries({ faceIndex: source.faceIndex, ...frameSize })) {
    if (!Number.isInteger(value) || value < 0)
      throw new FacefleetError('FF3003', `${where}: ${name} is ${value}`);
  }
  const about = new Map<string, PyValue>([
    ['alignments_version', source.version],
    ['original_filename', source.originalFilename],
    ['face_index', source.faceIndex],
    ['source_filename', source.sourceFilename],
    ['source_is_video', source.isVideo],
  ]);
  if (frameSize) about.set('source_frame_dims', new PyTuple([frameSize.height, frameSize.width]));
  return writeLiteral(
    new Map([
      ['alignments', faceToPython(face, where, false)],
      ['source', about],
    ]),
  );
}

/** Reads a header's text. Throws FF1201 for anything else. @param where names the file */
export function parseHeaderText(text: string, where: string): FaceHeader {
  const root = new PyField(readLiteral(text, 'FF1201', where), 'FF1201', where);
  const source = sourceOf(root.entry('source'));
  const faces = new FaceOfPython('face');
  return { face: { ...faces.face(root.entry('alignments')), thumbnail: null }, source };
}

function sourceOf(field: PyField): FaceSource {
  const dims = field.find('source_frame_dims')?.items(4);
  const [height, width] = dims?.map((side) => side.integer(1, BOUNDS.sidePx)) ?? [];
  return {
    version: field.entry('alignments_version').number(0, 1000),
    originalFilename: field.entry('original_filename').text(FSA_BOUNDS.keyChars),
    faceIndex: field.entry('face_index').integer(0, BOUNDS.index),
    sourceFilename: field.entry('source_filename').text(FSA_BOUNDS.keyChars),
    isVideo: field.entry('source_is_video').truth(),
    frameSize: height === undefined || width === undefined ? null : { width, height },
  };
}
