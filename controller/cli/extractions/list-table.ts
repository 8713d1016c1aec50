import { printable } from '../../../worker/errors/printable.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { duration } from '../progress.ts';
import { ageOf } from './age.ts';

export interface TableOptions {
  /** A column for the namespace. */
  readonly namespaces: boolean;
  readonly wide: boolean;
  readonly headers: boolean;
}

type Cell = (extraction: ExtractionResource, nowMs: number) => string;

const NONE = '';
const COLUMNS: readonly (readonly [title: string, cell: Cell, when?: 'namespaces' | 'wide'])[] = [
  ['NAMESPACE', ({ metadata }) => metadata.namespace, 'namespaces'],
  ['NAME', ({ metadata }) => metadata.name],
  ['PHASE', phaseOf],
  ['PASS', pass],
  ['FRAMES', frames],
  ['FACES', ({ status }) => number(status?.progress?.faces)],
  ['FAILED', ({ status }) => number(status?.progress?.failed)],
  ['RATE', rate],
  ['ETA', eta],
  ['AGE', ({ metadata }, nowMs) => ageOf(metadata.creationTimestamp, nowMs) ?? NONE],
  ['SOURCE', ({ spec }) => spec.source.address, 'wide'],
  ['OUTPUT', ({ spec }) => spec.output.address, 'wide'],
  ['PLAN', ({ status }) => status?.plan?.summary ?? NONE, 'wide'],
];

/** Extractions as a table, with the columns of `kubectl get`. */
export function listTable(
  extractions: readonly ExtractionResource[],
  nowMs: number,
  options: TableOptions,
): string[] {
  const columns = COLUMNS.filter(([, , when]) => when === undefined || options[when]);
  const rows = extractions.map((one) => columns.map(([, cell]) => printable(cell(one, nowMs))));
  const all = options.headers ? [columns.map(([title]) => title), ...rows] : rows;
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join('   ')
      .trimEnd(),
  );
}

/** The phase; an extraction that the controller has not seen has none. */
export function phaseOf({ metadata, status }: ExtractionResource): string {
  if (metadata.deletionTimestamp !== undefined) return 'Deleting';
  return status?.phase ?? NONE;
}

function pass({ status }: ExtractionResource): string {
  const passes = status?.plan?.passes.length;
  return passes === undefined ? NONE : `${(status?.pass ?? 0) + 1}/${passes}`;
}

function frames({ status }: ExtractionResource): string {
  const { progress } = status ?? {};
  if (progress === undefined) return NONE;
  return progress.total === null ? String(progress.frames) : `${progress.frames}/${progress.total}`;
}

function rate({ status }: ExtractionResource): string {
  const framesPerSecond = status?.progress?.framesPerSecond ?? null;
  return framesPerSecond === null ? NONE : `${framesPerSecond}/s`;
}

function eta({ status }: ExtractionResource): string {
  const seconds = status?.progress?.etaSeconds ?? null;
  return seconds === null || status?.phase !== 'Running' ? NONE : duration(seconds);
}

function number(count: number | undefined): string {
  return count === undefined ? NONE : String(count);
}
