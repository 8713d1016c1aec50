import type { z } from 'zod';

/** A copy of `content` without the entries that a schema of strict objects does not know, by the error that it gave. */
export function withoutUnknown(content: unknown, error: z.ZodError): unknown {
  const copy = structuredClone(content);
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let at: unknown = copy;
    for (const part of issue.path) at = isEntries(at) ? at[part] : undefined;
    if (isEntries(at)) for (const key of issue.keys) delete at[key];
  }
  return copy;
}

function isEntries(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
