import { SHAPE_UNITS } from '../face-shapes.ts';
import type { Report, ReportFace } from '../report.ts';
import { Html, html, jsonIsland } from './html.ts';
import { decimal, threeDigits, whole } from './numbers.ts';
import { shortened, visibleText } from './visible-text.ts';

const LABEL_CHARS = 80;
/** Tiles that are seen before all are asked for. */
const FIRST_TILES = 60;

/** What the script knows of a face; nulls are not known. */
export interface TileFacts {
  readonly frame: string;
  readonly face: number;
  readonly index: number;
  readonly crop: string | null;
  readonly size: number | null;
  readonly yaw: number | null;
  readonly pitch: number | null;
  readonly roll: number | null;
  readonly sharpness: number | null;
  readonly score: number | null;
  readonly thumbnail: boolean;
}

/** The contact sheet, piece by piece: a tile for each face, with shapes that are switched by check boxes. */
export function* sheetSection({ faces, counts, cropsSkipped }: Report): Generator<Html> {
  yield html`<section id="faces" aria-labelledby="faces-title"><h2 id="faces-title">Faces</h2><p class="lead">${introduction(faces, counts.faces, cropsSkipped)}</p>`;
  if (faces.length > 0) {
    const masks = [...new Set(faces.flatMap((face) => Object.keys(face.masks)))].sort();
    yield controls(faces, masks);
    yield html`<ol class="sheet" id="sheet">`;
    for (const [i, face] of faces.entries()) yield tile(face, i, masks);
    yield html`</ol><p class="more" id="more" hidden><button type="button">Show all ${whole(faces.length)} faces</button></p>`;
    yield html`<script type="application/json" id="face-facts">${jsonIsland(faces.map(tileFacts))}</script>`;
    yield dialog();
  }
  yield html`</section>`;
}

function introduction(faces: readonly ReportFace[], all: number, cropsSkipped: boolean): string {
  if (all === 0) return 'No faces were found.';
  if (faces.length === 0) return `Faces are not shown here; ${whole(all)} were found.`;
  const which =
    faces.length === all
      ? `All ${whole(all)} faces, in source order.`
      : `${whole(faces.length)} of ${whole(all)} faces, chosen evenly over the source and shown in its order.`;
  const without = faces.filter(({ picture }) => picture === null).length;
  const small = faces.filter(({ picture }) => picture?.isThumbnail).length;
  return [
    which,
    ...(cropsSkipped && without > 0
      ? ['The extraction was asked to write no crops (--skip-faces): there are no pictures, only shapes.']
      : []),
    ...(!cropsSkipped && without > 0 ? [`Of ${whole(without)} there is no picture that can be read.`] : []),
    ...(small > 0
      ? [`${whole(small)} are shown by the small picture of their record, since their crop cannot be read.`]
      : []),
  ].join(' ');
}

function controls(faces: readonly ReportFace[], masks: readonly string[]): Html {
  const landmarks = faces.some((face) => face.landmarks !== null);
  const boxes = [
    ...(landmarks ? [checkBox('landmarks', 'Landmarks', 'landmarks', true)] : []),
    ...masks.map((name, i) => checkBox(`mask-${i}`, `Mask ${name}`, `mask-${i}`, false)),
  ];
  const nothing =
    boxes.length === 0 ? html`<span class="note">There are neither landmarks nor masks.</span>` : '';
  return html`<div class="controls"><fieldset><legend>Show</legend>${boxes}${nothing}</fieldset><label class="sort" id="sort" hidden>Sort by <select>${ORDERS.map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></label></div>`;
}

const ORDERS = [
  ['index', 'place in the source'],
  ['size', 'size, smallest first'],
  ['score', 'confidence, lowest first'],
  ['sharpness', 'sharpness, lowest first'],
  ['yaw', 'yaw, turned most first'],
  ['pitch', 'pitch, tilted most first'],
  ['roll', 'roll, most first'],
] as const;

function checkBox(id: string, label: string, swatch: string, isChecked: boolean): Html {
  return html`<label><input type="checkbox" id="show-${id}"${isChecked ? new Html(' checked') : ''}><span class="swatch ${swatch}" aria-hidden="true"></span>${shortened(label, 40)}</label>`;
}

function tile(face: ReportFace, number: number, masks: readonly string[]): Html {
  const name = shortened(visibleText(face.frameKey), LABEL_CHARS);
  const rest = number >= FIRST_TILES ? ' rest' : '';
  const facts = [
    ...(face.sizePx === null ? [] : [`${whole(face.sizePx)} px`]),
    ...(face.score === null ? [] : [decimal(face.score, 3)]),
  ].join(' · ');
  return html`<li class="face${rest}"><button type="button" data-face="${number}">${pictureOf(face, name)}${shapes(face, masks)}</button><span class="name" title="${visibleText(face.frameKey)}"><bdi>${name}</bdi></span><span class="facts">${facts}</span></li>`;
}

function pictureOf({ picture, face }: ReportFace, name: string): Html {
  const alt = `Face ${face} of ${name}`;
  if (picture === null) return html`<span class="nothing" role="img" aria-label="${alt}, no picture"></span>`;
  const data = Buffer.from(picture.jpeg).toString('base64');
  return html`<img alt="${alt}" width="256" height="256" loading="lazy" decoding="async" src="data:image/jpeg;base64,${new Html(data)}">`;
}

function shapes({ landmarks, masks: outlines }: ReportFace, masks: readonly string[]): Html {
  const drawn = Object.entries(outlines).map(
    ([name, path]) => html`<path class="mask mask-${masks.indexOf(name)}" d="${path}"/>`,
  );
  const points =
    landmarks === null
      ? ''
      : html`<g class="landmarks"><path class="lines" d="${landmarks.lines}"/><path class="dots" d="${landmarks.dots}"/></g>`;
  return html`<svg viewBox="0 0 ${SHAPE_UNITS} ${SHAPE_UNITS}" aria-hidden="true" focusable="false">${drawn}${points}</svg>`;
}

function tileFacts(face: ReportFace): TileFacts {
  return {
    frame: shortened(visibleText(face.frameKey), 400),
    face: face.face,
    index: face.frameIndex,
    crop: face.crop === null ? null : shortened(visibleText(face.crop), 400),
    size: face.sizePx,
    yaw: face.yaw,
    pitch: face.pitch,
    roll: face.roll,
    sharpness: face.sharpness === null ? null : Number(threeDigits(face.sharpness).replaceAll(',', '')),
    score: face.score,
    thumbnail: face.picture?.isThumbnail ?? false,
  };
}

function dialog(): Html {
  return html`<dialog id="large" aria-labelledby="large-title"><form method="dialog"><h3 id="large-title"></h3><button aria-label="Close">✕</button></form><div class="picture"></div><dl></dl><p class="steps"><button type="button" id="previous">← Previous</button><button type="button" id="next">Next →</button></p></dialog>`;
}
