import {
  AV_PIX_FMT_RGB24,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_RGB,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_IEC61966_2_1,
  AVCOL_TRC_SMPTE2084,
} from 'node-av/constants';
import { FFmpegError, Frame, SoftwareScaleContext } from 'node-av/lib';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { RgbImage } from '../vision/types.ts';
import { type Orientation, orientPixels } from './orient-pixels.ts';

/**
 * Turns decoded pictures of any pixel format and depth into upright 8-bit RGB in shared memory.
 *
 * Colours as the ffmpeg command converts them: by the matrix and range in the stream (BT.601, limited, when it says nothing),
 * full chroma left to swscale's bicubic default. HDR (PQ and HLG transfer) is mapped to BT.709 with sRGB transfer.
 * Sizes are the stored ones: pictures with non-square pixels are not stretched, interlaced ones not deinterlaced.
 */
export class PictureConverter implements Disposable {
  readonly #scaler = new SoftwareScaleContext();
  readonly #target = new Frame();
  readonly #orientation: Orientation;

  constructor(orientation: Orientation) {
    this.#orientation = orientation;
    this.#scaler.allocContext();
    this.#target.alloc();
  }

  /** @throws {FacefleetError} FF1001 when swscale does not know the pixel format or has no memory */
  async convert(picture: Frame): Promise<RgbImage> {
    const { width, height } = picture;
    const target = this.#target;
    if (target.width !== width || target.height !== height) {
      target.unref();
      target.width = width;
      target.height = height;
      target.format = AV_PIX_FMT_RGB24;
      target.colorSpace = AVCOL_SPC_RGB;
      target.colorRange = AVCOL_RANGE_JPEG;
      check(target.getBuffer());
    }
    const hdr = picture.colorTrc === AVCOL_TRC_SMPTE2084 || picture.colorTrc === AVCOL_TRC_ARIB_STD_B67;
    target.colorPrimaries = hdr ? AVCOL_PRI_BT709 : picture.colorPrimaries;
    target.colorTrc = hdr ? AVCOL_TRC_IEC61966_2_1 : picture.colorTrc;
    check(await this.#scaler.scaleFrame(target, picture));
    return this.#copyOut(width, height);
  }

  #copyOut(width: number, height: number): RgbImage {
    const padded = this.#target.data![0]!;
    const stride = this.#target.linesize[0]!;
    const rowBytes = width * 3;
    const data = sharedBytes(rowBytes * height);
    for (let y = 0; y < height; y++)
      data.set(padded.subarray(y * stride, y * stride + rowBytes), y * rowBytes);
    const image = { width, height, data };
    const { mirrored, quarterTurns } = this.#orientation;
    return mirrored || quarterTurns !== 0
      ? orientPixels(image, this.#orientation, sharedBytes(data.length))
      : image;
  }

  [Symbol.dispose](): void {
    this.#target.free();
    this.#scaler.freeContext();
  }
}

function sharedBytes(byteLength: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(byteLength));
}

function check(status: number): void {
  if (status < 0) throw new FacefleetError('FF1001', `converting to RGB: ${FFmpegError.strerror(status)}`);
}
