import { basename, extname } from 'node:path/posix';

/** Key of a video's frame: `clip.mp4`, 7 → `clip_000007.mp4`; folders stay. */
export function videoKey(name: string, number: number): string {
  const extension = extname(name);
  const folder = name.slice(0, name.length - basename(name).length);
  return `${folder}${basename(name, extension)}_${String(number).padStart(6, '0')}${extension}`;
}
