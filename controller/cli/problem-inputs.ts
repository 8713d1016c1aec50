import { createReadStream } from 'node:fs';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';

/** One JSON value of the input, or why it is none. */
export type ProblemInput =
  /** `line` counts from 1; null for a value that goes over several lines. */
  | { readonly line: number | null; readonly json: unknown }
  | { readonly line: number | null; readonly notJson: string };

/** Far more than a Problem of 100,000 nodes takes. */
const MAX_LINE_CHARS = 2 ** 28;

interface Line {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The values of a file or of stdin (`-`): one per line, as they come; or one that goes over several lines. Blank lines are passed over.
 * @throws FacefleetError FF5002 when the file cannot be read, or one of its lines is longer than 268,435,456 characters
 */
export async function* problemInputs(path: string): AsyncGenerator<ProblemInput> {
  let perLine: boolean | null = null;
  const held: Line[] = [];
  for await (const line of linesOf(path)) {
    if (perLine === false) held.push(line);
    else {
      const input = parseJson(line.text, line.line);
      perLine ??= 'json' in input;
      if (perLine) yield input;
      else held.push(line);
    }
  }
  if (held.length === 0) return;
  // the first line is no value of its own: all lines together are one, or every line stands for itself
  const whole = parseJson(
    held.map(({ line, text }, i) => '\n'.repeat(line - (held[i - 1]?.line ?? 1)) + text).join(''),
    null,
  );
  if ('json' in whole) yield whole;
  else {
    const each = held.map(({ line, text }) => parseJson(text, line));
    if (each.length === 1 || each.some(isProblemLike)) yield* each;
    else yield whole;
  }
}

/** A line that was meant as a Problem, not a part of one that goes over several lines. */
function isProblemLike(input: ProblemInput): boolean {
  if (!('json' in input) || typeof input.json !== 'object' || input.json === null) return false;
  return ['id', 'policy', 'detector', 'aligner', 'maskers', 'nodes', 'gpu'].some(
    (entry) => entry in (input.json as object),
  );
}

/** The lines that are not blank. */
async function* linesOf(path: string): AsyncGenerator<Line> {
  const stream = path === '-' ? process.stdin : createReadStream(path);
  let line = 1;
  // a line whose end has not come
  let parts: string[] = [];
  let chars = 0;
  try {
    for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
      const texts = chunk.split('\n');
      for (const [i, text] of texts.entries()) {
        if (i > 0) {
          const ended = parts.join('');
          if (ended.trim() !== '') yield { line, text: ended };
          line++;
          parts = [];
          chars = 0;
        }
        parts.push(text);
        chars += text.length;
        if (chars > MAX_LINE_CHARS)
          throw new FacefleetError(
            'FF5002',
            `${path}: line ${line} has more than ${MAX_LINE_CHARS} characters; a Problem takes one line`,
          );
      }
    }
  } catch (error) {
    if (error instanceof FacefleetError) throw error;
    throw new FacefleetError('FF5002', `${path}: ${errorText(error)}`, { cause: error });
  }
  const text = parts.join('');
  if (text.trim() !== '') yield { line, text };
}

function parseJson(text: string, line: number | null): ProblemInput {
  try {
    return { line, json: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown };
  } catch (error) {
    return { line, notJson: errorText(error) };
  }
}
