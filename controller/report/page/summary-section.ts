import { duration } from '../../cli/progress.ts';
import type { Report } from '../report.ts';
import { type Html, html } from './html.ts';
import { decimal, whole } from './numbers.ts';

/** The heading: what was extracted, how far it is, and the numbers that count. */
export function summarySection(report: Report): Html {
  const { source, output, state, stateText, writtenAt, facefleet, counts, total } = report;
  const ended = counts.frames + counts.failed;
  const cards = [
    card(
      'Frames',
      whole(ended),
      total === null || total === ended
        ? 'with a result'
        : `of ${whole(total)} (${decimal((100 * ended) / Math.max(1, total), 1)} %)`,
    ),
    card(
      'Faces',
      whole(counts.faces),
      counts.frames === 0 ? '' : `${decimal(counts.faces / counts.frames, 2)} per frame`,
    ),
    card(
      'Failed',
      whole(counts.failed),
      ended === 0 ? '' : `${decimal((100 * counts.failed) / ended, 2)} % of the frames`,
    ),
    ...rate(report, ended),
  ];
  return html`<header><p class="brand">facefleet report</p><h1>${source ?? 'Extraction'}</h1><p class="meta"><span class="state ${state}">${state}</span> <bdi>${output}</bdi> · written ${minute(writtenAt)} by facefleet ${facefleet}</p>${remarks(report, stateText)}<div class="cards">${cards}</div></header>`;
}

function card(title: string, value: string, note: string): Html {
  return html`<div class="card number"><span class="title">${title}</span><span class="value">${value}</span><span class="note">${note}</span></div>`;
}

/** Rates are only known as far as extraction.json dates the runs. */
function rate({ startedAt, finishedAt, runs, framesPerSecondNow }: Report, ended: number): Html[] {
  if (framesPerSecondNow !== null)
    return [card('Rate', `${decimal(framesPerSecondNow, 2)}/s`, 'frames, over the last five minutes')];
  if (startedAt === null || finishedAt === null) return [];
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  if (!(seconds > 0)) return [];
  const took = card(
    'Took',
    duration(seconds),
    runs === 1 ? `from ${minute(startedAt)}` : `${runs} runs and the time between them`,
  );
  return runs === 1
    ? [card('Rate', `${decimal(ended / seconds, 2)}/s`, 'frames, start and end included'), took]
    : [took];
}

function remarks({ state, damaged, isMoving }: Report, stateText: string): Html[] {
  return [
    ...(state === 'complete'
      ? []
      : [
          html`<p class="remark">The extraction is not complete: ${stateText}. This is what was there when the report was written.</p>`,
        ]),
    ...(isMoving
      ? [
          html`<p class="remark">The output changed while it was read; numbers may not agree with each other.</p>`,
        ]
      : []),
    ...(damaged > 0
      ? [
          html`<p class="remark warning">${whole(damaged)} results or parts could not be read, and are in none of these numbers. <code>facefleet verify</code> tells which.</p>`,
        ]
      : []),
  ];
}

/** `2026-11-24 08:15 UTC`. */
function minute(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` : iso;
}
