import { printable } from '../../../worker/errors/printable.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { counted, grouped } from '../../plan/explain/format-numbers.ts';
import { duration } from '../progress.ts';
import { age, ageOf } from './age.ts';
import { phaseOf } from './list-table.ts';
import { byLane, type LivePod } from './live-pod.ts';
import type { LiveEvent, LiveState } from './live-state.ts';
import { waitingReason } from './waiting-reason.ts';

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

const BAR_CELLS = 30;
const PASS_BAR_CELLS = 16;
const FULL = '█';
const EMPTY = '░';
const SPARKS = '▁▂▃▄▅▆▇█';
const MOST_EVENTS = 5;
const FEWEST_PODS = 3;

/** What a terminal shows of a running extraction: lines that fit into it. The same for the same state. */
export function liveView(state: LiveState, { columns, rows }: ViewSize): string[] {
  const passes = passLines(state.extraction);
  const head = [...headLines(state), ...(passes.length === 0 ? [] : ['', ...passes])];
  const events = eventLines(state);
  const tail = events.length === 0 ? [] : ['', ...events];
  const podRoom = Math.max(FEWEST_PODS, rows - head.length - tail.length - 2);
  const pods = podLines(state, podRoom);
  const lines = [...head, ...(pods.length === 0 ? [] : ['', ...pods]), ...tail];
  return lines.slice(0, Math.max(1, rows - 1)).map((line) => cut(printable(line), columns));
}

function headLines({ extraction, deleted, rates, lost, nowMs }: LiveState): string[] {
  const { metadata, spec, status } = extraction;
  const phase = deleted ? 'Deleted' : phaseOf(extraction) || 'not seen by the controller yet';
  const passes = status?.plan?.passes.length ?? 0;
  const title = [
    `${metadata.namespace}/${metadata.name}`,
    phase,
    ...(passes > 1 && status?.phase === 'Running' ? [`pass ${(status.pass ?? 0) + 1} of ${passes}`] : []),
    ...elapsed(extraction, nowMs),
  ].join('   ');
  const why = waitingReason(extraction);
  return [
    title,
    `  ${spec.source.address} → ${spec.output.address}`,
    ...(why === null ? [] : [`  ${why.reason}: ${why.message}`]),
    ...(lost === null
      ? []
      : [`  no word from the cluster for ${age((nowMs - lost.sinceMs) / 1000)}: ${lost.why}`]),
    `  ${progressLine(extraction)}`,
    ...countsLine(extraction),
    ...(rates.length < 2 ? [] : [`  ${sparkline(rates)}  frames/s of late`]),
  ];
}

function elapsed({ status }: ExtractionResource, nowMs: number): string[] {
  if (status?.startTime === undefined) return [];
  const endMs = status.completionTime === undefined ? nowMs : Date.parse(status.completionTime);
  return [duration(Math.max(0, endMs - Date.parse(status.startTime)) / 1000)];
}

function progressLine({ status }: ExtractionResource): string {
  const progress = status?.progress;
  if (progress === undefined) return bar(0, null, BAR_CELLS);
  const { total, frames, framesPerSecond, etaSeconds } = progress;
  const share = total ? ` (${((100 * frames) / total).toFixed(1)} %)` : '';
  const of = total === null ? 'frames' : `of ${grouped(total)} frames${share}`;
  return [
    `${bar(frames, total, BAR_CELLS)}  ${grouped(frames)} ${of}`,
    ...(framesPerSecond === null || status?.phase !== 'Running' ? [] : [`${framesPerSecond} frames/s`]),
    ...(etaSeconds === null || status?.phase !== 'Running' ? [] : [`${duration(etaSeconds)} left`]),
  ].join('   ');
}

function countsLine({ spec, status }: ExtractionResource): string[] {
  if (status?.progress === undefined) return [];
  const { faces, failed } = status.progress;
  const { failures = 0, replacements = 0, lowered = [] } = status.attempts ?? {};
  return [
    `  ${[
      counted(faces, 'face'),
      ...(failed > 0 ? [`${counted(failed, 'frame')} failed`] : []),
      ...(failures > 0 ? [`${failures} of ${spec.backoffLimit} crashes`] : []),
      ...(replacements > 0 ? [`${counted(replacements, 'pod')} replaced`] : []),
      ...(lowered.length > 0
        ? [`batches lowered ${lowered.length === 1 ? 'once' : `${lowered.length} times`}`]
        : []),
    ].join(', ')}`,
  ];
}

function passLines({ status }: ExtractionResource): string[] {
  const planned = status?.plan?.passes ?? [];
  const rows = planned.map(({ stages }, index) => {
    const pass = status?.passes?.find((one) => one.index === index);
    const about = stages
      .map(({ roles, product, replicas }) => `${roles.join(' + ')} on ${replicas} × ${product}`)
      .join(' → ');
    const frames = pass?.frames ?? 0;
    const total = pass?.state === 'Done' ? frames : (status?.progress?.total ?? null);
    return {
      name: `pass ${index + 1}`,
      bar: bar(frames, total, PASS_BAR_CELLS),
      state: passState(pass),
      about,
    };
  });
  const widest = Math.max(0, ...rows.map(({ state }) => state.length));
  return rows.map(
    ({ name, bar: shown, state, about }) => `  ${name}  ${shown}  ${state.padEnd(widest)}  ${about}`,
  );
}

type PassStatus = NonNullable<NonNullable<ExtractionResource['status']>['passes']>[number];

function passState(pass: PassStatus | undefined): string {
  if (pass === undefined || pass.state === 'Waiting') return 'waiting';
  if (pass.state === 'Done') return `done, ${grouped(pass.frames)} frames`;
  return `${grouped(pass.frames)} frames, ${pass.ready} of ${pass.workers} workers ready`;
}

function podLines({ pods, nowMs }: LiveState, room: number): string[] {
  const shown = pods.toSorted(byLane);
  const fit = shown.length <= room ? shown : shown.slice(0, room - 1);
  const cells = fit.map((pod): readonly string[] => [
    pod.lane,
    pod.node ?? '-',
    pod.gpu ?? (isWorker(pod) ? 'CPU' : '-'),
    pod.state,
    ageOf(pod.createdAt ?? undefined, nowMs) ?? '',
  ]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...cells.map((row) => row[i]!.length)));
  const lines = cells.map((row) =>
    `  ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd(),
  );
  return shown.length === fit.length ? lines : [...lines, `  … and ${shown.length - fit.length} more`];
}

function isWorker({ lane }: LivePod): boolean {
  return /^p\d+-s/.test(lane);
}

function eventLines({ events, nowMs }: LiveState): string[] {
  return events
    .slice(-MOST_EVENTS)
    .map((event) => `  ${age((nowMs - event.atMs) / 1000)} ago  ${eventText(event)}`);
}

/** `Warning CrashLoop: … (×3)`. */
export function eventText({ type, reason, message, count }: LiveEvent): string {
  const warning = type === 'Normal' ? '' : `${type} `;
  return `${warning}${reason}: ${message}${count > 1 ? ` (×${count})` : ''}`;
}

/** How much of a whole, which may not be known yet. What is not nothing gets a cell, and only the whole gets all. */
function bar(part: number, whole: number | null, cells: number): string {
  if (whole === null || part <= 0) return EMPTY.repeat(cells);
  const full = part >= whole ? cells : Math.min(cells - 1, Math.max(1, Math.floor((cells * part) / whole)));
  return FULL.repeat(full) + EMPTY.repeat(cells - full);
}

function sparkline(rates: readonly number[]): string {
  const most = Math.max(...rates, Number.MIN_VALUE);
  return rates
    .map((rate) => SPARKS[Math.min(SPARKS.length - 1, Math.floor((rate / most) * SPARKS.length))])
    .join('');
}

function cut(line: string, columns: number): string {
  const text = line.trimEnd();
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}
