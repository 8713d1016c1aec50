import { z } from 'zod';
import { CODES, type Code } from '../../worker/errors/codes.ts';

const count = z.number().int().min(0);
const counts = z.object({
  total: count.nullable(),
  frames: count,
  carried: count,
  faces: count,
  failed: count,
});

const said = z.discriminatedUnion('event', [
  counts.extend({ event: z.literal('complete') }),
  counts.extend({ event: z.literal('interrupted') }),
  z.object({ event: z.literal('failed'), code: z.string().nullable(), message: z.string() }),
]);

/** The last event of a conductor or worker. */
export type TerminationMessage = z.infer<typeof said>;

/** What a process left as its termination message; null when it left none, or something else. */
export function readTerminationMessage(text: string): TerminationMessage | null {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = said.safeParse(content);
  return parsed.success ? parsed.data : null;
}

export function isCode(code: string | null): code is Code {
  return code !== null && Object.hasOwn(CODES, code);
}
