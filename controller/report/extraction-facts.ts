import { z } from 'zod';
import { MODELS } from '../../models/catalog/catalog.ts';
import type { Json } from '../../worker/formats/canonical-json.ts';
import type { ExtractionFile } from '../../worker/formats/extraction-file.ts';
import { recordedPlan } from './planned-passes.ts';
import type { Report, ReportModel } from './report.ts';

/** What extraction.json tells of how an extraction was made; nothing where it is missing or damaged. */
export type ExtractionFacts = Pick<
  Report,
  | 'source'
  | 'cropsSkipped'
  | 'startedAt'
  | 'finishedAt'
  | 'runs'
  | 'total'
  | 'digest'
  | 'passes'
  | 'planReasons'
  | 'models'
  | 'versions'
  | 'options'
>;

const plugin = z.object({ plugin: z.string() });
const spec = z.object({
  source: z.object({ name: z.string() }).optional().catch(undefined),
  detector: plugin.nullish().catch(undefined),
  aligner: plugin.nullish().catch(undefined),
  maskers: z.array(plugin).catch([]),
  output: z.object({ faces: z.boolean() }).optional().catch(undefined),
});
const texts = z.record(z.string(), z.string());

export function extractionFacts(extraction: ExtractionFile | null): ExtractionFacts {
  const asked = spec.safeParse(extraction?.spec).data;
  const pluginOf = (role: string): string | null => {
    if (role === 'detect') return asked?.detector?.plugin ?? null;
    if (role === 'align') return asked?.aligner?.plugin ?? null;
    const mask = /^mask_(\d+)$/.exec(role)?.[1];
    return mask === undefined ? null : (asked?.maskers[Number(mask)]?.plugin ?? null);
  };
  const plan = recordedPlan(extraction?.plan ?? null, pluginOf);
  return {
    source: asked?.source?.name ?? null,
    cropsSkipped: asked?.output?.faces === false,
    startedAt: extraction?.startedAt ?? null,
    finishedAt: extraction?.finishedAt ?? null,
    runs: extraction?.runs ?? null,
    total: extraction?.total ?? null,
    digest: extraction?.digest ?? null,
    passes: plan?.passes ?? null,
    planReasons: plan?.reasons ?? [],
    models: Object.entries(texts.safeParse(extraction?.models).data ?? {}).map(modelOf),
    versions: Object.entries(texts.safeParse(extraction?.versions).data ?? {}),
    options: extraction === null ? [] : [...flattened(extraction.spec as Json, '')],
  };
}

function modelOf([name, sha256]: readonly [string, string]): ReportModel {
  const known = MODELS.get(name);
  if (known?.onnxSha256 !== sha256) return { name, sha256, about: null };
  const { title, licence } = known;
  const { package: packageLicence, weights: weightsLicence, researchOnly } = licence;
  return { name, sha256, about: { title, packageLicence, weightsLicence, researchOnly } };
}

/** `detector.options.confidence` and `0.7`, and so on. */
function* flattened(value: Json, path: string): Generator<readonly [string, string]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, String(value)];
    return;
  }
  const entries = Object.entries(value);
  if (entries.length === 0 && path !== '') yield [path, 'none'];
  for (const [name, child] of entries)
    yield* flattened(child as Json, path === '' ? name : `${path}.${name}`);
}
