import type { PlanSummary } from '../../worker/conductor/status/plan-summary.ts';
import type { Status } from '../../worker/conductor/status/status.ts';
import { counted } from './counted.ts';
import { inspectText, type Row } from './inspect-text.ts';
import { duration } from './progress.ts';
import { stateText } from './state-text.ts';

/** How far an extraction is, for people. */
export function statusText(output: string, status: Status, nowMs: number): string {
  const { runs, startedAt, finishedAt, failures, lastActivityAt, plan } = status;
  const codes = Object.entries(failures ?? {}).map(([code, count]) => `${count} × ${code}`);
  const rows: Row[] = [
    ['frames', frames(status)],
    ...(status.faces === null ? [] : [['faces', String(status.faces)] as const]),
    ...(codes.length > 0 ? [['failures', codes.join(', ')] as const] : []),
    ...rate(status),
    ...(plan === null ? [] : planRows(plan, status)),
    ...(startedAt === null ? [] : [['runs', `${runs}, ${startedAt} to ${finishedAt ?? 'now'}`] as const]),
    ...(lastActivityAt === null ? [] : [['activity', activity(lastActivityAt, nowMs)] as const]),
  ];
  return inspectText(`${output}: ${stateText(status)}`, rows);
}

function frames({ frames: done, total, failed }: Status): string {
  const share = total === null || total === 0 ? '' : ` (${((100 * done) / total).toFixed(1)} %)`;
  const of = total === null ? '' : ` of ${total}${share}`;
  return `${done}${of}${failed === null ? '' : `, ${failed} of them failed`}`;
}

function rate({ framesPerSecond, etaSeconds }: Status): Row[] {
  if (framesPerSecond === null) return [];
  const eta = etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`;
  return [['rate', `${framesPerSecond} frames/s${eta}`]];
}

function planRows(plan: PlanSummary, { pass: atWork, passes }: Status): Row[] {
  return plan.map(({ stages }, pass) => {
    const about = stages
      .map(({ roles, workers }) => `${roles.join(' + ')}, ${counted(workers, 'worker')}`)
      .join(' → ');
    const done = passes.find((progress) => progress.pass === pass);
    const notes = [
      ...(done === undefined ? [] : [counted(done.frames, 'frame')]),
      ...(plan.length > 1 && pass === atWork ? ['at work'] : []),
    ];
    return [
      plan.length === 1 ? 'plan' : `pass ${pass + 1}`,
      `${about}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`,
    ];
  });
}

function activity(at: string, nowMs: number): string {
  return `${at}, ${duration(Math.max(0, nowMs - Date.parse(at)) / 1000)} ago`;
}
