import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import packageJson from '../../package.json' with { type: 'json' };

/** The versions that can change a byte of the result, for extraction.json. */
export function versions(provider: string): Record<string, string> {
  return {
    facefleet: packageJson.version,
    node: process.versions.node,
    onnxruntime: ort.env.versions.node ?? ort.env.versions.common,
    provider,
    sharp: sharp.versions.sharp ?? 'unknown',
    libvips: sharp.versions.vips,
  };
}
