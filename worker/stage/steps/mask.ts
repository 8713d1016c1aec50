import { deflateSync } from 'node:zlib';
import type { Session } from '../../engine/session.ts';
import type { MaskerPlugin, NetworkMaskerPlugin } from '../../plugins/plugin.ts';
import { alignFace, cropMatrix } from '../../vision/alignment.ts';
import { storeMask } from '../../vision/mask-storage.ts';
import { applyMatrix, invertMatrix, transformPointsSingle } from '../../vision/matrix.ts';
import type { Landmarks, Matrix, RgbImage } from '../../vision/types.ts';
import { warpAffine } from '../../vision/warp.ts';
import type { StoredMask } from '../faces.ts';
import { scratch } from '../scratch.ts';
import { runModel } from './run-model.ts';
import { wholeImage } from './whole-image.ts';

/** Side of a stored mask, pixels. */
const STORED_PX = 128;

/** A face whose landmarks are known. */
export interface AlignedFaceInFrame {
  readonly image: RgbImage;
  readonly landmarks: Landmarks;
  /** The image is a face crop already: it is resized instead of warped. */
  readonly imageIsAligned: boolean;
}

/** One mask per face. `session` is null for maskers that need no model. */
export async function mask(
  session: Session | null,
  plugin: MaskerPlugin,
  pluginOptions: unknown,
  faces: readonly AlignedFaceInFrame[],
  batch: number,
): Promise<StoredMask[]> {
  if (plugin.kind === 'landmarks') {
    return faces.map((face) => {
      const matrix = faceMatrix(face, plugin.centering, STORED_PX);
      return pack(
        plugin.draw(transformPointsSingle(matrix, face.landmarks), STORED_PX),
        STORED_PX,
        matrix,
        plugin,
      );
    });
  }
  if (session === null) throw new TypeError(`${plugin.name} needs its model's session`);
  const { width, height } = plugin.input;
  const matrices = faces.map((face) => faceMatrix(face, plugin.centering, width));
  const crops = faces.map(({ image }, i) =>
    warpAffine(image, matrices[i]!, {
      width,
      height,
      interpolation: 'linear',
      border: 'zero',
      out: scratch.takeBytes(width * height * 3),
    }),
  );
  const masks = await runModel(session, plugin.input, crops, batch, (outputs, item) =>
    plugin.decode(outputs, item, pluginOptions),
  );
  for (const { data } of crops) scratch.giveBytes(data);
  return masks.map((pixels, i) => {
    const inside = clearOutside(pixels, width, matrices[i]!, faces[i]!.image);
    return pack(inside, width, matrices[i]!, plugin);
  });
}

function faceMatrix(face: AlignedFaceInFrame, centering: MaskerPlugin['centering'], sizePx: number): Matrix {
  if (face.imageIsAligned) return wholeImage(face.image, sizePx);
  return cropMatrix(alignFace(face.landmarks), { centering, sizePx });
}

/** Nothing outside the frame is face: the network saw black there and may have guessed. */
function clearOutside(pixels: Uint8Array, sizePx: number, matrix: Matrix, image: RgbImage): Uint8Array {
  const toFrame = invertMatrix(matrix);
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const [fx, fy] = applyMatrix(toFrame, x, y);
      const outside = fx < -0.5 || fy < -0.5 || fx > image.width - 0.5 || fy > image.height - 0.5;
      if (outside) pixels[y * sizePx + x] = 0;
    }
  }
  return pixels;
}

function pack(
  pixels: Uint8Array,
  sizePx: number,
  matrix: Matrix,
  plugin: MaskerPlugin | NetworkMaskerPlugin,
): StoredMask {
  const stored = storeMask(pixels, sizePx, matrix, STORED_PX);
  return {
    sizePx: STORED_PX,
    centering: plugin.centering,
    matrix: stored.matrix,
    interpolator: stored.interpolator,
    zlib: deflateSync(stored.pixels),
  };
}
