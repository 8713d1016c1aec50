import type { Colour } from '../../worker/vision/draw.ts';
import type { RgbImage } from '../../worker/vision/types.ts';

/** Rows of a character; columns are 5, and one is left free between two characters. */
export const CHAR_HEIGHT = 7;
export const CHAR_ADVANCE = 6;

/** Five columns a character from space to tilde, two hexadecimal digits each; the lowest bit is the topmost row. */
const COLUMNS =
  '000000000000005f00000007000700147f147f14242a7f2a12231308646236495522500005030000001c2241000041221c00' +
  '14083e081408083e08080050300000080808080800606000002010080402' +
  '3e5149453e00427f400042615149462141454b311814127f1027454545393c4a49493001710905033649494936' +
  '064949291e003636000000563600000814224100141414141400412214080201510906324979413e' +
  '7e1111117e7f494949363e414141227f4141221c7f494949417f090909013e4149497a7f0808087f00417f41002040413f01' +
  '7f081422417f404040407f020c027f7f0408107f3e4141413e7f090909063e4151215e7f0919294646494949310101' +
  '7f01013f4040403f1f2040201f3f4038403f63140814630708700807615149454300' +
  '7f4141000204081020004141' +
  '7f0004020102044040404040000102040020545454787f48444438384444442038444448' +
  '7f3854545418087e0901020c5252523e7f0804047800447d40002040443d007f1028440000417f40007c041804787c080404' +
  '7838444444387c14141408081414187c7c080404084854545420043f4440203c4040207c1c2040201c3c4030403c4428102844' +
  '0c5050503c4464544c44000836410000007f00000041360800' +
  '1008081008';

/**
 * Draws a line of text in capitals and small letters of 5 × 7 dots. Needs no font of the system. Accents are left out; what is not ASCII
 * then becomes a question mark.
 * @param dotPx side of a dot, pixels
 */
export function drawText(
  image: RgbImage,
  left: number,
  top: number,
  text: string,
  colour: Colour,
  dotPx: number,
): void {
  [...asAscii(text)].forEach((char, i) => {
    const at = (char.charCodeAt(0) - 32) * 10;
    for (let column = 0; column < 5; column++) {
      const bits = Number.parseInt(COLUMNS.slice(at + 2 * column, at + 2 * column + 2), 16);
      for (let row = 0; row < CHAR_HEIGHT; row++) {
        if (((bits >> row) & 1) === 0) continue;
        const x = left + (i * CHAR_ADVANCE + column) * dotPx;
        fillSquare(image, x, top + row * dotPx, dotPx, colour);
      }
    }
  });
}

function asAscii(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^ -~]/gu, '?');
}

function fillSquare(
  { width, height, data }: RgbImage,
  left: number,
  top: number,
  sidePx: number,
  colour: Colour,
) {
  for (let y = Math.max(0, top); y < Math.min(height, top + sidePx); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + sidePx); x++)
      data.set(colour, (y * width + x) * 3);
  }
}
