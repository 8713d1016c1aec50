/** A drawn part and the room it takes, pixels. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Colours of stages: Okabe and Ito's palette, distinguishable with colour-blind eyes. */
export const STAGE_COLOURS = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00'] as const;
export const INK = '#1f2430';
export const FAINT = '#6b7280';

/** Text as it may stand in XML. */
export function escapeXml(text: string): string {
  return (
    text
      // characters that XML 1.0 does not allow at all
      .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

/** A text, cut to `maxChars` with an ellipsis; the whole is its tooltip when it was cut. */
export function text(
  x: number,
  y: number,
  content: string,
  { sizePx = 12, colour = INK, bold = false, maxChars = 1000 } = {},
): string {
  const cut = content.length > maxChars;
  const shown = cut ? `${content.slice(0, maxChars - 1)}…` : content;
  const title = cut ? `<title>${escapeXml(content)}</title>` : '';
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${x}" y="${y}" font-size="${sizePx}" fill="${colour}"${weight}>${title}${escapeXml(shown)}</text>`;
}

/** A rectangle; `extra` are further attributes. */
export function rect(x: number, y: number, width: number, height: number, fill: string, extra = ''): string {
  const place = [x, y, width, height].map((value) => Math.round(value * 100) / 100);
  return `<rect x="${place[0]}" y="${place[1]}" width="${place[2]}" height="${place[3]}" fill="${fill}"${extra}/>`;
}

/** Parts put side by side, in lines that are no wider than `widthPx`. */
export function flow(parts: readonly Drawing[], widthPx: number, gapPx: number): Drawing {
  let x = 0;
  let y = 0;
  let lineHeight = 0;
  let width = 0;
  let svg = '';
  for (const part of parts) {
    if (x > 0 && x + part.width > widthPx) {
      x = 0;
      y += lineHeight + gapPx;
      lineHeight = 0;
    }
    svg += `<g transform="translate(${x} ${y})">${part.svg}</g>`;
    x += part.width + gapPx;
    width = Math.max(width, x - gapPx);
    lineHeight = Math.max(lineHeight, part.height);
  }
  return { svg, width, height: y + lineHeight };
}
