import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';

/**
 * The content of a JSON file.
 * @throws FacefleetError FF5002 when it cannot be read or is no JSON
 */
export function readJson(path: string): Promise<unknown> {
  return read(path, (text) => JSON.parse(text.replace(/^\uFEFF/, '')) as unknown);
}

/**
 * The content of a YAML file, of which JSON is a part.
 * @throws FacefleetError FF5002 when it cannot be read or is no YAML of one document
 */
export function readYaml(path: string): Promise<unknown> {
  return read(path, (text) => parse(text, { maxAliasCount: 20 }) as unknown);
}

async function read(path: string, parseText: (text: string) => unknown): Promise<unknown> {
  try {
    return parseText(await readFile(path, 'utf8'));
  } catch (error) {
    throw new FacefleetError('FF5002', `${path}: ${errorText(error)}`, { cause: error });
  }
}
