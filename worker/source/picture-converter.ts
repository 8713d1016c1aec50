import {
  AV_FRAME_FLAG_INTERLACED,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_RGB48LE,
  AVCOL_PRI_BT2020,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_RGB,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  type AVColorTransferCharacteristic,
  type AVPixelFormat,
} from 'node-av/constants';
import { FFmpegError, Frame, SoftwareScaleContext } from 'node-av/lib';
import { FacefleetError } from '../errors/facefleet-error.ts';
import type { RgbImage } from '../vision/types.ts';
import { type HdrTransfer, hdrRowToSdr } from './hdr-to-sdr.ts';
import { type Orientation, orientPixels } from './orient-pixels.ts';

const HDR_TRANSFERS: ReadonlyMap<AVColorTransferCharacteristic, HdrTransfer> = new Map([
  [AVCOL_TRC_SMPTE2084, 'pq'],
  [AVCOL_TRC_ARIB_STD_B67, 'hlg'],
]);

/**
 * Turns decoded pictures of any pixel format and depth into upright 8-bit RGB in shared memory.
 *
 * Colours as the ffmpeg command converts them: by the matrix and range in the stream (BT.601, limited, when it says nothing),
 * full chroma left to swscale's bicubic default. HDR (PQ and HLG transfer) is mapped to sRGB.
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
    const hdr = HDR_TRANSFERS.get(picture.colorTrc);
    const target = this.#targetFor(width, height, hdr === undefined ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_RGB48LE);
    // The same primaries and transfer on both sides: swscale's own mapping of them is very slow.
    target.colorPrimaries = picture.colorPrimaries;
    target.colorTrc = picture.colorTrc;
    // Interlaced pictures are converted whole, as progressive ones are.
    picture.clearFlags(AV_FRAME_FLAG_INTERLACED);
    check(await this.#scaler.scaleFrame(target, picture));
    const data = sharedBytes(width * height * 3);
    if (hdr === undefined) this.#copyRows(data);
    else this.#mapRows(data, hdr, picture.colorPrimaries === AVCOL_PRI_BT2020);
    const image = { width, height, data };
    const { mirrored, quarterTurns } = this.#orientation;
    return mirrored || quarterTurns !== 0
      ? orientPixels(image, this.#orientation, sharedBytes(data.length))
      : image;
  }

  #targetFor(width: number, height: number, format: AVPixelFormat): Frame {
    const target = this.#target;
    if (target.width === width && target.height === height && target.format === format) return target;
    target.unref();
    target.width = width;
    target.height = height;
    target.format = format;
    target.colorSpace = AVCOL_SPC_RGB;
    target.colorRange = AVCOL_RANGE_JPEG;
    check(target.getBuffer());
    return target;
  }

  #copyRows(data: Uint8Array): void {
    const padded = this.#target.data![0]!;
    const stride = this.#target.linesize[0]!;
    const rowBytes = this.#target.width * 3;
    for (let from = 0, to = 0; to < data.length; from += stride, to += rowBytes)
      data.set(padded.subarray(from, from + rowBytes), to);
  }

  #mapRows(data: Uint8Array, transfer: HdrTransfer, wideGamut: boolean): void {
    const padded = this.#target.data![0]!;
    const stride = this.#target.linesize[0]!;
    const rowSamples = this.#target.width * 3;
    for (let from = padded.byteOffset, to = 0; to < data.length; from += stride, to += rowSamples) {
      const row = new Uint16Array(padded.buffer, from, rowSamples);
      hdrRowToSdr(row, transfer, wideGamut, data.subarray(to, to + rowSamples));
    }
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
