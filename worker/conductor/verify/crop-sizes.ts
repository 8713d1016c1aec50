import { z } from 'zod';
import type { ExtractionFile } from '../../formats/extraction-file.ts';

const specWithSize = z.object({ output: z.object({ sizePx: z.number().int().positive() }) });

/** The sides, in pixels, that crops of an extraction and of the earlier ones that it kept may have; empty when they are not known. */
export function cropSizes(extraction: ExtractionFile | null): ReadonlySet<number> {
  const specs = extraction === null ? [] : [extraction.spec, ...extraction.earlierSpecs];
  const parsed = specs.map((spec) => specWithSize.safeParse(spec).data?.output.sizePx);
  const sizes = parsed.filter((side) => side !== undefined);
  return new Set(sizes.length === specs.length ? sizes : []);
}
