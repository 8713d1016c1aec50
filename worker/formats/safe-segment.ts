import { hash } from 'node:crypto';
import { RESERVED_PREFIX } from '../store/check-key.ts';

// What Windows allows in no file name, and control characters (C0, DEL, C1) and line separators that no file name should have.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FORBIDDEN = /[\x00-\x1f\x7f-\x9f\u2028\u2029<>:"|?*\\/]/g;
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file: device names are reserved with any extension.
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i;

/**
 * `name` as it is when every common file system takes it followed by `suffix`, otherwise a safe form of it that ends in `~` and
 * eight hex digits of its hash: forbidden characters become `_`, overlong names are cut between characters.
 * Different names may, if hardly ever, get one form.
 * @param maxBytes of the safe form and the suffix together, in UTF-8
 */
export function safeSegment(name: string, suffix: string, maxBytes: number): string {
  if (isSafe(name, suffix, maxBytes)) return name;
  const tag = `~${hash('sha256', name).slice(0, 8)}`;
  const room = maxBytes - Buffer.byteLength(tag + suffix);
  const clean = name.toWellFormed().replace(FORBIDDEN, '_').replace(/^\.+/, '_');
  // Without dots a device name has no extension, so that the hash makes it another name.
  return cutBytes(DEVICE.test(name) ? clean.replaceAll('.', '_') : clean, room) + tag;
}

function isSafe(name: string, suffix: string, maxBytes: number): boolean {
  const whole = name + suffix;
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    name.isWellFormed() &&
    name.search(FORBIDDEN) === -1 &&
    !DEVICE.test(whole) &&
    !/[. ]$/.test(whole) &&
    !name.startsWith(RESERVED_PREFIX) &&
    Buffer.byteLength(whole) <= maxBytes
  );
}

function cutBytes(text: string, maxBytes: number): string {
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    cut += character;
  }
  return cut;
}
