import type { Profile, ProfiledModel } from './profile.ts';

/** What a profile must be of. */
export interface ProfileKey {
  readonly sha256: string;
  readonly provider: Profile['provider'];
  readonly onnxruntime: string;
}

/** A model's measurements on one product. */
export interface FoundProfile {
  readonly product: string;
  readonly model: ProfiledModel;
}

/**
 * The measurements of a model by product, of exactly this file, provider and onnxruntime. When a product was profiled twice the later
 * profile counts.
 */
export function findProfiles(profiles: readonly Profile[], key: ProfileKey): FoundProfile[] {
  const byProduct = new Map<string, FoundProfile>();
  for (const { product, provider, onnxruntime, models } of profiles) {
    if (provider !== key.provider || onnxruntime !== key.onnxruntime) continue;
    const model = models.find(({ sha256 }) => sha256 === key.sha256);
    if (model !== undefined) byProduct.set(product, { product, model });
  }
  return [...byProduct.values()];
}

/**
 * The name that the cluster has for a profile's product: nvidia-smi says `NVIDIA A100-SXM4-40GB`, older feature discoveries label
 * nodes without the vendor. The profile's own name when the cluster does not have it.
 */
export function clusterName(product: string, products: ReadonlySet<string>): string {
  if (products.has(product)) return product;
  const wanted = bare(product);
  return [...products].sort().find((name) => bare(name) === wanted) ?? product;
}

function bare(product: string): string {
  return product
    .toLowerCase()
    .replaceAll(/[ _]/g, '-')
    .replace(/^nvidia-/, '');
}
