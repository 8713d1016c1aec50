import type { Report } from '../report.ts';
import { framesChart } from './frames-chart.ts';
import { histogramChart } from './histogram-chart.ts';
import { type Html, html } from './html.ts';
import { whole } from './numbers.ts';

const ANGLE = { unit: '°', decimals: 0, ticks: 'even', counted: 'faces' } as const;

/** Histograms over all faces, and the faces per frame over the source. */
export function distributionsSection({ distributions, faces, counts, spans, total }: Report): Html {
  const { sizePx, yaw, pitch, roll, score, sharpness } = distributions;
  const shown =
    faces.length === counts.faces ? '' : ` Measured on the ${whole(faces.length)} faces shown above only.`;
  const charts: readonly Html[] = [
    histogramChart(sizePx, {
      id: 'size',
      title: 'Face size',
      unit: ' px',
      decimals: 0,
      ticks: 'octaves',
      counted: 'faces',
      note: "Longer side of the detector's box, in pixels of the frame. The bars' widths grow with size.",
    }),
    histogramChart(score, {
      id: 'confidence',
      title: 'Confidence',
      unit: '',
      decimals: 3,
      ticks: 'even',
      counted: 'faces',
      note: 'What the detector says of its own finding.',
    }),
    histogramChart(sharpness, {
      id: 'sharpness',
      title: 'Sharpness',
      unit: '',
      decimals: null,
      ticks: 'octaves',
      counted: 'faces',
      note: `Variance of the Laplacian of the face's luminance, with the crop at 256 px; small faces, enlarged, are soft.${shown}`,
    }),
    histogramChart(yaw, { ...ANGLE, id: 'yaw', title: 'Yaw', note: 'Turned to the side.' }),
    histogramChart(pitch, { ...ANGLE, id: 'pitch', title: 'Pitch', note: 'Nodding.' }),
    histogramChart(roll, {
      ...ANGLE,
      id: 'roll',
      title: 'Roll',
      note: 'What is left once the crop is levelled, not the tilt in the frame.',
    }),
  ];
  return html`<section id="distributions" aria-labelledby="distributions-title"><h2 id="distributions-title">Distributions</h2><p class="lead">Over all ${whole(counts.faces)} faces; sharpness over those shown.</p><div class="charts">${charts}</div>${framesChart(spans, total)}</section>`;
}
