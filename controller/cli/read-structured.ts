import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';

/**
 * The content of a JSON file; `-` is stdin.
 * @throws FacefleetError FF5002 when it cannot be read or is no JSON
 */
export function readJson(path: string): Promise<unknown> {
  return read(path, (content) => JSON.parse(content.replace(/^\uFEFF/, '')) as unknown);
}

/**
 * The content of a YAML file, of which JSON is a part; `-` is stdin.
 * @throws FacefleetError FF5002 when it cannot be read or is no YAML of one document
 */
export function readYaml(path: string): Promise<unknown> {
  return read(path, (content) => parse(content, { maxAliasCount: 20 }) as unknown);
}

async function read(path: string, parseText: (content: string) => unknown): Promise<unknown> {
  try {
    return parseText(path === '-' ? await text(process.stdin) : await readFile(path, 'utf8'));
  } catch (error) {
    throw new FacefleetError('FF5002', `${path}: ${errorText(error)}`, { cause: error });
  }
}
