import type { ExtractionResource } from '../../api/extraction-resource.ts';
import { duration } from '../progress.ts';
import { phaseOf } from './list-table.ts';
import type { LiveState } from './live-state.ts';
import { eventText } from './live-view.ts';
import { waitingReason } from './waiting-reason.ts';

/** What is said of an extraction where there is no terminal: the lines for what changed since the state that was told last; null: nothing was. */
export function watchLines(told: LiveState | null, now: LiveState): string[] {
  const before = told?.extraction;
  const known = new Map(told?.events.map(({ uid, count }) => [uid, count]));
  const events = now.events.filter(({ uid, count }) => known.get(uid) !== count);
  const lost = now.lost !== null && told?.lost == null ? [`no word from the cluster: ${now.lost.why}`] : [];
  const back = now.lost === null && told !== null && told.lost !== null ? ['the cluster answers again'] : [];
  return [
    ...back,
    ...events.map(eventText),
    ...(before === undefined || statusLine(before) !== statusLine(now.extraction)
      ? [statusLine(now.extraction)]
      : []),
    ...lost,
  ];
}

/** Whether more than numbers changed, so that it is told at once. */
export function changedInKind(told: LiveState, now: LiveState): boolean {
  const kind = ({ extraction, deleted, lost, events }: LiveState): string =>
    JSON.stringify([
      phaseOf(extraction),
      extraction.status?.pass,
      deleted,
      lost === null,
      events.map(({ uid }) => uid),
    ]);
  return kind(told) !== kind(now);
}

/** An extraction in one line: `Running: pass 1 of 2, 1200 of 5000 frames, …`. */
export function statusLine(extraction: ExtractionResource): string {
  const { status } = extraction;
  const passes = status?.plan?.passes.length ?? 0;
  const why = waitingReason(extraction);
  const parts = [
    ...(why === null ? [] : [`${why.reason}: ${why.message}`]),
    ...(passes > 1 ? [`pass ${(status?.pass ?? 0) + 1} of ${passes}`] : []),
    ...progressParts(extraction),
  ];
  const phase = phaseOf(extraction) || 'not seen by the controller yet';
  return parts.length === 0 ? phase : `${phase}: ${parts.join(', ')}`;
}

function progressParts({ status }: ExtractionResource): string[] {
  const progress = status?.progress;
  if (progress === undefined) return [];
  const { total, frames, faces, failed, framesPerSecond, etaSeconds } = progress;
  const running = status?.phase === 'Running';
  return [
    `${frames}${total === null ? '' : ` of ${total}`} frames`,
    `${faces} faces`,
    `${failed} failed`,
    ...(running && framesPerSecond !== null ? [`${framesPerSecond} frames/s`] : []),
    ...(running && etaSeconds !== null ? [`ETA ${duration(etaSeconds)}`] : []),
  ];
}
