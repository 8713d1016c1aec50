import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Document, isScalar, parseAllDocuments } from 'yaml';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';

/**
 * The content of a JSON file; `-` is stdin.
 * @throws FacefleetError FF5002 when it cannot be read or is no JSON
 */
export function readJson(path: string): Promise<unknown> {
  return read(path, (content) => {
    if (content.trim() === '') throw new Error('there is nothing in it');
    return JSON.parse(content.replace(/^\uFEFF/, '')) as unknown;
  });
}

/**
 * The content of a YAML file of one document, of which JSON is a part; `-` is stdin. Documents without content are passed over.
 * @throws FacefleetError FF5002 when it cannot be read, is no YAML, or is not one document of at most 1.5 MiB
 */
export function readYaml(path: string): Promise<unknown> {
  return read(path, parseYaml);
}

/** Kubernetes stores no larger object; much larger files take a YAML parser minutes. */
const MAX_YAML_BYTES = 1.5 * 2 ** 20;

function parseYaml(content: string): unknown {
  if (Buffer.byteLength(content) > MAX_YAML_BYTES)
    throw new Error(`it is larger than the ${MAX_YAML_BYTES / 2 ** 20} MiB that an Extraction may have`);
  const all = parseAllDocuments(content, { logLevel: 'error' });
  const documents = 'empty' in all ? [] : all.filter((one) => one.errors.length > 0 || !isEmpty(one));
  const [first, second] = documents;
  for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0];
  if (first === undefined) throw new Error('there is nothing in it');
  if (second !== undefined) throw new Error(`there are ${documents.length} documents in it; it must be one`);
  return first.toJS({ maxAliasCount: 20 }) as unknown;
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

async function read(path: string, parseText: (content: string) => unknown): Promise<unknown> {
  try {
    return parseText(path === '-' ? await text(process.stdin) : await readFile(path, 'utf8'));
  } catch (error) {
    throw new FacefleetError('FF5002', `${path}: ${errorText(error)}`, { cause: error });
  }
}
