import { z } from 'zod';

/** A list of at most `max` texts that takes none twice. */
export function setOf(entry: z.ZodString, max: number): z.ZodArray<z.ZodString> {
  return z
    .array(entry)
    .max(max)
    .refine((all) => new Set(all).size === all.length, 'names one twice')
    .meta({ 'x-kubernetes-list-type': 'set' });
}
