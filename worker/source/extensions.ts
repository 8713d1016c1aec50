/** Extensions by which a file in a folder is taken for an image. HEIC is among them so that it is reported, not passed over. */
const IMAGE_EXTENSIONS = new Set(
  'jpg jpeg jpe jfif png apng webp tif tiff avif gif bmp dib heic heif'.split(' '),
);

/** Extensions by which an input file is taken for a video. */
const VIDEO_EXTENSIONS = new Set(
  'avi flv mkv mov mp4 mpeg mpg webm wmv ts vob m4v mts m2ts 3gp ogv mxf asf'.split(' '),
);

/** The part after the last dot, in lower case; empty for names without one and for names like `.jpg`. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}

/** Whether a file name looks like an image's. */
export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extensionOf(name));
}

/** Whether a file name looks like a video's. */
export function isVideoName(name: string): boolean {
  return VIDEO_EXTENSIONS.has(extensionOf(name));
}
