import { escapeXml, FAINT, INK, rect, STAGE_COLOURS, text } from '../controller/plan/explain/svg-elements.ts';

const WIDTH = 1160;
const HEIGHT = 640;
const [BLUE, ORANGE, GREEN] = STAGE_COLOURS;
const LINE = '#c9cfd9';
const PAPER = '#ffffff';

type Place = readonly [x: number, y: number];

/** A box with a title and lines under it. */
function card(
  [x, y]: Place,
  width: number,
  height: number,
  title: string,
  lines: readonly string[],
  edge = LINE,
): string {
  const body = lines.map((line, i) => text(x + 14, y + 44 + 18 * i, line, { sizePx: 12.5, colour: FAINT }));
  return (
    rect(x, y, width, height, PAPER, ` stroke="${edge}" stroke-width="1.5" rx="8"`) +
    text(x + 14, y + 24, title, { sizePx: 14.5, bold: true }) +
    body.join('')
  );
}

/** A way along points, with a head at its end. */
function arrow(points: readonly Place[], { dashed = false, colour = INK } = {}): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const dashes = dashed ? ' stroke-dasharray="5 4"' : '';
  const head = colour === INK ? 'head' : 'pale-head';
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"${dashes} marker-end="url(#${head})"/>`;
}

function label(at: Place, words: string, anchor: 'start' | 'middle' | 'end' = 'middle'): string {
  return `<text x="${at[0]}" y="${at[1]}" font-size="12" fill="${FAINT}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
}

/** A queue in front of a worker, with its slots; all but one belong to frames in work. */
function lane([x, y]: Place, width: number): string {
  const slots = [0, 1, 2].map((i) =>
    rect(x + width - 22 - 19 * i, y - 7, 14, 14, i === 2 ? '#e8d3a4' : ORANGE!, ' rx="2"'),
  );
  return `${rect(x, y - 13, width, 26, '#fff7e6', ` stroke="${ORANGE}" stroke-width="1.5" rx="13"`)}${slots.join('')}`;
}

function worker([x, y]: Place, width: number, name: string, device: string): string {
  const chip = rect(
    x + width - 66,
    y + 13,
    52,
    24,
    '#e6f4ef',
    ` stroke="${GREEN}" stroke-width="1.3" rx="4"`,
  );
  return (
    rect(x, y, width, 50, PAPER, ` stroke="${LINE}" stroke-width="1.3" rx="6"`) +
    text(x + 14, y + 30, name, { sizePx: 13 }) +
    chip +
    `<text x="${x + width - 40}" y="${y + 29.5}" font-size="12" fill="#00634a" text-anchor="middle">${escapeXml(device)}</text>`
  );
}

/** Workers of one kind. */
function stage([x, y]: Place, width: number, height: number, title: string, workers: string): string {
  return (
    rect(x, y, width, height, '#eef3f9', ` stroke="${BLUE}" stroke-width="1.5" rx="8"`) +
    text(x + 14, y + 24, title, { sizePx: 13.5, bold: true }) +
    workers
  );
}

function heads(): string {
  const head = (id: string, colour: string): string =>
    `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.8 10 5 0 9.2z" fill="${colour}"/></marker>`;
  return `<defs>${head('head', INK)}${head('pale-head', FAINT)}</defs>`;
}

/** The picture of how the parts of facefleet work together in a cluster, as SVG. */
export function architecture(): string {
  const pale = { dashed: true, colour: FAINT };
  const parts = [
    card([40, 40], 300, 84, 'Kubernetes API', [
      'Extraction: what is wanted, how far it is',
      'Nodes and Pods: what is there',
    ]),
    card([470, 40], 650, 84, 'Controller', [
      'observes, decides, acts: plans which roles share which GPU,',
      'makes a pod for the conductor and for each worker, replaces those that are lost',
    ]),
    arrow([
      [340, 66],
      [468, 66],
    ]),
    label([404, 58], 'watches'),
    arrow([
      [468, 104],
      [342, 104],
    ]),
    label([404, 122], 'pods, status'),
    // what it makes
    arrow(
      [
        [520, 124],
        [520, 168],
        [317, 168],
        [317, 212],
      ],
      pale,
    ),
    arrow(
      [
        [682, 124],
        [682, 188],
      ],
      pale,
    ),
    arrow(
      [
        [1004, 124],
        [1004, 218],
      ],
      pale,
    ),
    label([700, 162], 'creates', 'start'),
    // frames
    card([40, 260], 150, 84, 'Source', ['folder, bucket, list:', 'photos and videos']),
    arrow([
      [190, 302],
      [238, 302],
    ]),
    card(
      [240, 214],
      154,
      176,
      'Conductor',
      [
        'feeds frames,',
        'collects results,',
        'commits them in',
        'parts; retries, sets',
        'bad frames apart;',
        'no GPU',
      ],
      BLUE,
    ),
    arrow([
      [394, 268],
      [426, 268],
    ]),
    arrow([
      [394, 344],
      [426, 344],
    ]),
    lane([428, 268], 104),
    lane([428, 344], 104),
    stage(
      [556, 190],
      252,
      222,
      'Stage: detect + align',
      worker([572, 243], 220, 'worker', 'GPU') + worker([572, 319], 220, 'worker', 'GPU'),
    ),
    arrow([
      [532, 268],
      [570, 268],
    ]),
    arrow([
      [532, 344],
      [570, 344],
    ]),
    label([682, 398], 'all their models in one GPU’s memory'),
    arrow([
      [792, 268],
      [822, 268],
      [822, 296],
      [840, 296],
    ]),
    arrow([
      [792, 344],
      [822, 344],
      [822, 316],
      [840, 316],
    ]),
    lane([842, 306], 96),
    stage([954, 220], 166, 172, 'Stage: masks', worker([970, 281], 134, 'worker', 'GPU')),
    arrow([
      [938, 306],
      [968, 306],
    ]),
    label([480, 236], 'lanes'),
    label([890, 282], 'lane'),
    // results
    arrow([
      [1037, 392],
      [1037, 446],
      [317, 446],
      [317, 392],
    ]),
    label([600, 439], 'results'),
    // what comes out
    card(
      [240, 516],
      880,
      84,
      'Store: a folder or an S3 bucket',
      [
        'faces/…  ·  parts/… → alignments.jsonl, alignments.fsa, failures.jsonl  ·  extraction.json',
        'every object is named by its frame and written before its result counts, so that nothing counts twice',
      ],
      GREEN,
    ),
    arrow([
      [270, 390],
      [270, 514],
    ]),
    label([262, 480], 'records', 'end'),
    arrow([
      [1080, 392],
      [1080, 514],
    ]),
    label([1072, 480], 'crops', 'end'),
    // legend
    lane([40, 534], 76),
    text(126, 538.5, 'NATS', { sizePx: 12.5, bold: true }),
    text(40, 570, 'a lane: the frames in', { sizePx: 12, colour: FAINT }),
    text(40, 587, 'work, and one that waits', { sizePx: 12, colour: FAINT }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title" font-family="Inter, 'Segoe UI', 'DejaVu Sans', sans-serif">`,
    '<title id="title">A controller makes a conductor and workers; the conductor feeds frames through lanes to stages of workers on GPUs, which write crops to the store and send results back</title>',
    heads(),
    rect(0, 0, WIDTH, HEIGHT, '#f8f9fb', ' rx="12"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}
