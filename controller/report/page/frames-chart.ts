import type { FrameSpan } from '../frame-series.ts';
import { Html, html } from './html.ts';
import { decimal, whole } from './numbers.ts';

const WIDTH = 1100;
const HEIGHT = 190;
const LEFT = 4;
const TOP = 20;
const BOTTOM = 26;
const TICKS = 6;
const TABLE_ROWS = 20;

/**
 * A card with the faces per frame over the source.
 * @param total frames of the source; null when it is not known
 */
export function framesChart(spans: readonly FrameSpan[], total: number | null): Html {
  if (spans.length === 0)
    return html`<figure class="card chart wide"><figcaption><h3>Faces per frame</h3></figcaption><p class="empty">No frame has ended yet.</p></figure>`;
  const last = spans.at(-1)!;
  const width = last.to - last.from;
  const frames = Math.max(total ?? 0, last.from + Math.min(width, Math.max(1, last.frames + last.failed)));
  const per =
    width === 1
      ? 'A bar is a frame.'
      : `A bar is ${whole(width)} frames: their mean, and above it, paler, the most that one of them has.`;
  const failures = spans.some(({ failed }) => failed > 0)
    ? html` <span class="key failed"></span> frames that failed`
    : '';
  return html`<figure class="card chart wide" aria-labelledby="frames-title"><figcaption><h3 id="frames-title">Faces per frame, in source order</h3></figcaption>${picture(spans, frames)}<p class="note">${per}${failures}</p>${table(spans, frames)}</figure>`;
}

function picture(spans: readonly FrameSpan[], frames: number): Html {
  const bottom = HEIGHT - BOTTOM;
  const most = Math.max(1, ...spans.map(({ mostFaces }) => mostFaces));
  const x = (frame: number): number => LEFT + ((WIDTH - 2 * LEFT) * Math.min(frame, frames)) / frames;
  const y = (faces: number): number => bottom - (faces / most) * (bottom - TOP);
  const bars = spans.map(({ from, to, frames: count, failed, faces, mostFaces }) => {
    const mean = count === 0 ? 0 : faces / count;
    const [left, right] = [x(from), x(to)];
    const bar = (kind: string, top: number): Html | string =>
      top >= bottom
        ? ''
        : html`<rect class="${kind}" ${new Html(`x="${round(left)}" y="${round(top)}" width="${round(Math.max(0.5, right - left - 0.6))}" height="${round(bottom - top)}"`)}/>`;
    const mark =
      failed === 0
        ? ''
        : html`<rect class="failed" ${new Html(`x="${round(left)}" y="${bottom + 2}" width="${round(Math.max(2, right - left - 0.6))}" height="5"`)}/>`;
    return html`<g>${bar('most', y(mostFaces))}${bar('bar', y(mean))}${mark}<title>${about(from, Math.min(to, frames))}: ${decimal(mean, 2)} faces per frame, at most ${mostFaces}${failed > 0 ? `, ${whole(failed)} failed` : ''}</title></g>`;
  });
  const ticks = Array.from({ length: TICKS }, (_, i) => {
    const frame = Math.round((i * (frames - 1)) / (TICKS - 1));
    const anchor = i === TICKS - 1 ? ' end' : '';
    return html`<text class="tick${anchor}" x="${round(i === TICKS - 1 ? WIDTH - LEFT : x(frame))}" y="${HEIGHT - 5}">${i === 0 ? 'frame ' : ''}${whole(frame)}</text>`;
  }).filter((_, i) => i === 0 || frames > TICKS);
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="frames-title"><text class="tick" x="${LEFT}" y="12">${most}</text><line class="grid" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${TOP - 2}" y2="${TOP - 2}"/><line class="axis" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${bottom + 0.5}" y2="${bottom + 0.5}"/>${bars}${ticks}</svg>`;
}

function table(spans: readonly FrameSpan[], frames: number): Html {
  const merge = Math.ceil(spans.length / TABLE_ROWS);
  const rows = Array.from({ length: Math.ceil(spans.length / merge) }, (_, i) => {
    const group = spans.slice(i * merge, (i + 1) * merge);
    const sum = (of: (span: FrameSpan) => number): number => group.reduce((all, span) => all + of(span), 0);
    const ended = sum((span) => span.frames);
    const mean = ended === 0 ? '–' : decimal(sum(({ faces }) => faces) / ended, 2);
    return html`<tr><th scope="row">${about(group[0]!.from, Math.min(group.at(-1)!.to, frames))}</th><td>${whole(ended)}</td><td>${mean}</td><td>${whole(sum(({ failed }) => failed))}</td></tr>`;
  });
  return html`<details><summary>As a table</summary><table><thead><tr><th scope="col">Frames</th><th scope="col">with a record</th><th scope="col">faces per frame</th><th scope="col">failed</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}

function about(from: number, to: number): string {
  return to - from <= 1 ? `frame ${whole(from)}` : `frames ${whole(from)} to ${whole(to - 1)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
