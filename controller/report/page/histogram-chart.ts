import type { Bar, Distribution } from '../histogram.ts';
import { Html, html } from './html.ts';
import { decimal, threeDigits, whole } from './numbers.ts';

/** How a distribution is shown. */
export interface HistogramLabels {
  /** Unique on the page; letters. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** Decimals of the edges of bars; null: three digits that count. */
  readonly decimals: number | null;
  /** The axis is labelled at powers of two, for bars of equal ratio, or at multiples of a number of bars. */
  readonly ticks: 'octaves' | 'even';
  /** What is to be known about the numbers. */
  readonly note: string;
  /** What is counted. */
  readonly counted: string;
}

const WIDTH = 360;
const HEIGHT = 150;
const LEFT = 4;
const TOP = 18;
const BOTTOM = 24;
const GAP = 2;
/** Room for a label of the axis. */
const LABEL_PX = 56;

/** A card with a histogram: picture, key numbers, and the same numbers as a table. */
export function histogramChart(distribution: Distribution, labels: HistogramLabels): Html {
  const { id, title, note } = labels;
  const { range, missing, count } = distribution;
  const hint = note === '' ? '' : html`<p class="note">${note}</p>`;
  if (range === null)
    return html`<figure class="card chart"><figcaption><h3>${title}</h3></figcaption><p class="empty">No numbers to show.</p>${hint}</figure>`;
  const number = (value: number): string => edge(value, labels);
  const facts = html`<dl class="facts"><div><dt>min</dt><dd>${number(range.min)}</dd></div><div><dt>mean</dt><dd>${number(range.mean)}</dd></div><div><dt>max</dt><dd>${number(range.max)}</dd></div><div><dt>${labels.counted}</dt><dd>${whole(count)}</dd></div></dl>`;
  const unknown = missing === 0 ? '' : html`<p class="note">Not known of ${whole(missing)}.</p>`;
  return html`<figure class="card chart" aria-labelledby="${id}-title"><figcaption><h3 id="${id}-title">${title}</h3>${facts}</figcaption>${picture(distribution.bars, labels)}${hint}${unknown}${table(distribution.bars, labels)}</figure>`;
}

function picture(bars: readonly Bar[], labels: HistogramLabels): Html {
  const most = Math.max(...bars.map(({ count }) => count));
  const step = (WIDTH - 2 * LEFT) / bars.length;
  const bottom = HEIGHT - BOTTOM;
  const drawn = bars.map(({ from, to, count }, i) => {
    // what is there is seen, however little it is
    const height = count === 0 ? 0 : Math.max(1, (count / most) * (bottom - TOP));
    const place = `x="${round(LEFT + i * step + GAP / 2)}" y="${round(bottom - height)}" width="${round(Math.max(1, Math.min(40, step - GAP)))}" height="${round(height)}"`;
    return html`<rect class="bar" ${new Html(place)}><title>${span(from, to, labels)}: ${whole(count)}</title></rect>`;
  });
  const ticks = ticksOf(bars, labels.ticks).map(({ place, value }) => {
    const x = LEFT + place * step;
    const isFirst = x < LABEL_PX / 2;
    const isLast = x > WIDTH - LABEL_PX / 2;
    const anchor = isFirst ? '' : isLast ? ' end' : ' middle';
    return html`<text class="tick${anchor}" x="${round(isFirst ? LEFT : isLast ? WIDTH - LEFT : x)}" y="${HEIGHT - 7}">${edge(value, labels)}</text>`;
  });
  const mostText = html`<text class="tick" x="${LEFT}" y="11">${whole(most)}</text><line class="grid" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${TOP - 2}" y2="${TOP - 2}"/>`;
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${labels.id}-title">${mostText}<line class="axis" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${bottom + 0.5}" y2="${bottom + 0.5}"/>${drawn}${ticks}</svg>`;
}

/** Edges of bars that are labelled: no more than there is room for. @returns `place` counts bars from the left */
function ticksOf(
  bars: readonly Bar[],
  kind: HistogramLabels['ticks'],
): { readonly place: number; readonly value: number }[] {
  const width = bars[0]!.to - bars[0]!.from;
  const edges = [...bars.map(({ from }) => from), bars.at(-1)!.to].map((value, place) => ({ place, value }));
  const room = Math.floor(WIDTH / LABEL_PX);
  for (let every = 1; ; every++) {
    const units = (value: number): number =>
      kind === 'octaves' ? Math.log2(value) / every : value / (width * every);
    const ticks = edges.filter(({ value }) => Math.abs(units(value) - Math.round(units(value))) < 1e-6);
    if (ticks.length <= room && ticks.length > 0 && isApart(ticks, bars.length / room)) return ticks;
    // bars between two powers of two: the outer edges have to do
    if (every > edges.length + 16) return [edges[0]!, edges.at(-1)!];
  }
}

function isApart(ticks: readonly { readonly place: number }[], bars: number): boolean {
  return ticks.every(({ place }, i) => i === 0 || place - ticks[i - 1]!.place >= bars * 0.8);
}

function table(bars: readonly Bar[], labels: HistogramLabels): Html {
  const rows = bars.map(
    ({ from, to, count }) =>
      html`<tr><th scope="row">${span(from, to, labels)}</th><td>${whole(count)}</td></tr>`,
  );
  return html`<details><summary>As a table</summary><table><thead><tr><th scope="col">${labels.title}</th><th scope="col">${labels.counted}</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}

function span(from: number, to: number, labels: HistogramLabels): string {
  return `${edge(from, labels)} to ${edge(to, labels)}`;
}

function edge(value: number, { unit, decimals }: HistogramLabels): string {
  return (decimals === null ? threeDigits(value) : decimal(value, decimals)) + unit;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
