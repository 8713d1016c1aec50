import { type PortableFace, type PortableFrame, pointCount } from '../portable/portable-frame.ts';

const OF_FRAME = ['index', 'key', 'width', 'height'];
const OF_FACE = [
  'face',
  'box_x',
  'box_y',
  'box_w',
  'box_h',
  'score',
  'pitch',
  'yaw',
  'roll',
  'crop',
  ...Array.from({ length: 68 }, (_, i) => [`x${i}`, `y${i}`]).flat(),
];
const NO_FACE: readonly null[] = OF_FACE.map(() => null);

/**
 * The pieces of a table (RFC 4180 with line feeds): a header and one row per face; a frame without faces has one row whose face
 * columns are empty. What is not known is empty.
 */
export async function* encodeCsv(frames: AsyncIterable<PortableFrame>): AsyncGenerator<string> {
  yield row([...OF_FRAME, ...OF_FACE]);
  for await (const { index, key, size, faces } of frames) {
    const head = [index, key, size?.width ?? null, size?.height ?? null];
    if (faces.length === 0) yield row([...head, ...NO_FACE]);
    for (const [i, face] of faces.entries()) yield row([...head, i, ...faceCells(face)]);
  }
}

function faceCells(face: PortableFace): (number | string | null)[] {
  const { box, score, pose, crop } = face;
  const points = pointCount(face) === 68 ? Array.from(face.landmarks!) : Array<null>(136).fill(null);
  const boxCells = [box?.x ?? null, box?.y ?? null, box?.w ?? null, box?.h ?? null];
  const poseCells = [pose?.pitch ?? null, pose?.yaw ?? null, pose?.roll ?? null];
  return [...boxCells, score, ...poseCells, crop, ...points];
}

function row(cells: readonly (number | string | null)[]): string {
  return `${cells.map(cell).join(',')}\n`;
}

function cell(value: number | string | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
