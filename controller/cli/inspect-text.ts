import type { AlignmentsSummary, Occurrences } from '../../worker/alignments/summarise-alignments.ts';
import { printable } from '../../worker/errors/printable.ts';
import type { ExtractionFile } from '../../worker/formats/extraction-file.ts';
import { counted } from './counted.ts';

/** What a line is about, and what is said of it. */
export type Row = readonly [about: string, text: string];

const KINDS: Readonly<Record<AlignmentsSummary['kind'], string>> = {
  fsa: "faceswap's alignments (.fsa)",
  json: "faceswap's JSON for import",
  jsonl: 'JSON lines',
  output: 'output folder of an extraction',
  faces: 'face images with a faceswap header',
};

/** Lines for people: what they are about in a column of its own. */
export function inspectText(title: string, rows: readonly Row[]): string {
  const width = Math.max(0, ...rows.map(([about]) => about.length));
  const lines = [title, ...rows.map(([about, text]) => `  ${about.padEnd(width)}  ${text}`)];
  return [...lines.map(printable), ''].join('\n');
}

/** About an extraction. @param unchanged whether its alignments are as it wrote them; null where that is not known */
export function extractionRows(extraction: ExtractionFile, unchanged: boolean | null): Row[] {
  const { state, startedAt, finishedAt, runs, counts, spec } = extraction;
  const { name = '?', kind = '?' } = (spec.source ?? {}) as { name?: string; kind?: string };
  return [
    ['extraction', `${state}, of the ${kind} ${name}`],
    ['runs', `${runs}, ${startedAt} to ${finishedAt ?? '?'}`],
    ...(counts === null ? [] : ([['failed frames', String(counts.failed)]] as Row[])),
    ...(unchanged === null
      ? []
      : ([['alignments', unchanged ? 'as they were written' : 'CHANGED since they were written']] as Row[])),
  ];
}

/** About alignments. */
export function summaryRows(summary: AlignmentsSummary): Row[] {
  const { frames, framesWithoutFaces, faces, mostFaces, scores, masks, firstKey, lastKey } = summary;
  const said = (about: string, count: number): Row[] => (count > 0 ? [[about, String(count)]] : []);
  const listed = (about: string, values: Occurrences): Row[] =>
    Object.keys(values).length > 0 ? [[about, occurrences(values)]] : [];
  return [
    ['kind', KINDS[summary.kind]],
    ...summary.remarks.map((remark): Row => ['', remark]),
    ['frames', `${frames}, ${framesWithoutFaces} of them without faces`],
    ...(firstKey === null ? [] : ([['', frames === 1 ? firstKey : `${firstKey} to ${lastKey}`]] as Row[])),
    ...listed('frame sizes', summary.frameSizes),
    ['faces', `${faces}, at most ${mostFaces} in one frame`],
    ...listed('landmarks', summary.landmarks),
    ...(scores === null
      ? []
      : ([['scores', `${round(scores.min)} to ${round(scores.max)}, mean ${round(scores.mean)}`]] as Row[])),
    ...Object.entries(masks).map(
      ([name, { faces: count, kinds }]): Row => [
        `mask ${name}`,
        `${counted(count, 'face')}: ${occurrences(kinds)}`,
      ],
    ),
    ...listed('identities', summary.identities),
    ...said('thumbnails', summary.thumbnails),
    ...said('crops', summary.crops),
    ...said('video times', summary.videoTimes),
    ['sha256', summary.sha256],
  ];
}

function occurrences(values: Occurrences): string {
  const entries = Object.entries(values);
  return entries.length === 1
    ? entries[0]![0]
    : entries.map(([value, count]) => `${value} (${count})`).join(', ');
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
