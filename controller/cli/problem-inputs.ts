import { createReadStream } from 'node:fs';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';

/** One JSON value of the input, or why it is none. */
export type ProblemInput = { readonly json: unknown } | { readonly notJson: string };

/**
 * The values of a file or of stdin (`-`): one per line, as they come; or one that goes over several lines. Blank lines are passed over.
 * @throws FacefleetError FF5002 when the file cannot be read
 */
export async function* problemInputs(path: string): AsyncGenerator<ProblemInput> {
  let perLine: boolean | null = null;
  const held: string[] = [];
  for await (const line of linesOf(path)) {
    if (line.trim() === '') continue;
    if (perLine === false) held.push(line);
    else {
      const input = parseJson(line);
      perLine ??= 'json' in input;
      if (perLine) yield input;
      else held.push(line);
    }
  }
  if (held.length === 0) return;
  // the first line is no value of its own: all lines together are one, or every line stands for itself
  const whole = parseJson(held.join('\n'));
  if ('json' in whole) yield whole;
  else yield* held.map(parseJson);
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = path === '-' ? process.stdin : createReadStream(path);
  let rest = '';
  try {
    for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    throw new FacefleetError('FF5002', `${path}: ${errorText(error)}`, { cause: error });
  }
  yield rest;
}

function parseJson(text: string): ProblemInput {
  try {
    return { json: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown };
  } catch (error) {
    return { notJson: errorText(error) };
  }
}
