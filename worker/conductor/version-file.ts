import { versionLine } from '../formats/version-lines.ts';
import type { ResultIndex } from './result-index.ts';

const CHUNK_CHARS = 1 << 20;

/** The bytes of versions.txt for the placed records, in pieces of about 1 MiB. */
export async function* versionFile(index: ResultIndex): AsyncGenerator<Uint8Array> {
  let text = '';
  for (const { key, version } of index.placedVersions()) {
    text += versionLine(key, version);
    if (text.length < CHUNK_CHARS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}
