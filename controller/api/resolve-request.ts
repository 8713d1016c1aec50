import { findModel } from '../../models/ensure-model.ts';
import { rolesOf } from '../../worker/conductor/local-roles.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { parseStoreAddress } from '../../worker/store/store-address.ts';
import type { RequestFault, ResolvedRequest } from '../reconcile/observed.ts';
import { extractSpecOf } from './extract-spec-of.ts';
import type { ExtractionResource } from './extraction-resource.ts';
import { type NeedContext, roleNeeds } from './role-needs.ts';
import { sourceKind, sourceName } from './source-of.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What an Extraction asks for, or why nobody can do it: a plugin that there is none of (FF5003), options that it does not have (FF5002), an
 * address that means nothing (FF5004). Nothing is opened or fetched for it.
 */
export async function resolveRequest(
  extraction: ExtractionResource,
  context: NeedContext,
): Promise<ResolvedRequest | RequestFault> {
  const { spec } = extraction;
  try {
    checkDetector(extraction);
    parseStoreAddress(spec.output.address);
    const { address } = spec.source;
    const resolved = await extractSpecOf(spec, { name: sourceName(address), kind: sourceKind(address) });
    const models: Record<string, string> = {};
    for (const { model } of await rolesOf(resolved))
      if (model !== null) models[model] = findModel(model).onnxSha256;
    return { spec: resolved, roles: await roleNeeds(extraction, context), models };
  } catch (error) {
    if (error instanceof FacefleetError) return { code: error.code, message: error.message };
    throw error;
  }
}

/** `kubectl apply` leaves out what is null, and the API server then fills in the default: faces would be looked for in faces. */
function checkDetector({ metadata, spec }: ExtractionResource): void {
  if (spec.detector === null || !appliedNull(metadata.annotations?.[LAST_APPLIED])) return;
  throw new FacefleetError(
    'FF5002',
    'spec.detector: null was left out by kubectl apply; create the Extraction with detector: {plugin: none}',
  );
}

function appliedNull(text = '{}'): boolean {
  try {
    const applied = JSON.parse(text) as { readonly spec?: { readonly detector?: unknown } } | null;
    return applied?.spec?.detector === null;
  } catch {
    return false;
  }
}
