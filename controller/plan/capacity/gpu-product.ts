import type { GpuResource } from './gpu-resource.ts';

type Labels = Readonly<Record<string, string>>;

/** Labels that name the GPU where the vendor's feature discovery does not run, in small letters: GKE, EKS, Karpenter. */
const CLOUD_LABELS = [
  'cloud.google.com/gke-accelerator',
  'k8s.amazonaws.com/accelerator',
  'karpenter.k8s.aws/instance-gpu-name',
];

/** Machine types of clouds whose every size has the same GPU; fractions of GPUs (g6f) are not among them. */
const INSTANCE_GPUS: readonly (readonly [type: RegExp, product: string])[] = [
  [/^p3\./, 'Tesla-V100-SXM2-16GB'],
  [/^p3dn\./, 'Tesla-V100-SXM2-32GB'],
  [/^p4d\./, 'A100-SXM4-40GB'],
  [/^p4de\./, 'A100-SXM4-80GB'],
  [/^p5\./, 'H100-80GB-HBM3'],
  [/^p5en?\./, 'H200'],
  [/^g4dn\./, 'Tesla-T4'],
  [/^g5\./, 'A10G'],
  [/^g5g\./, 'T4G'],
  [/^gr?6\./, 'L4'],
  [/^g6e\./, 'L40S'],
  [/^g2-standard-/, 'L4'],
  [/^a2-highgpu-/, 'A100-SXM4-40GB'],
  [/^a2-ultragpu-/, 'A100-SXM4-80GB'],
  [/^a3-(high|mega)gpu-/, 'H100-80GB-HBM3'],
  [/^a3-ultragpu-/, 'H200'],
  [/^Standard_NC\d+r?s_v3$/, 'Tesla-V100-PCIE-16GB'],
  [/^Standard_ND40rs_v2$/, 'Tesla-V100-SXM2-32GB'],
  [/^Standard_NC\d+as_T4_v3$/, 'Tesla-T4'],
  [/^Standard_ND96asr_v4$/, 'A100-SXM4-40GB'],
  [/^Standard_NC\d+ads_A100_v4$/, 'A100-PCIE-80GB'],
  [/^Standard_ND96a?m?sr_A100_v4$/, 'A100-SXM4-80GB'],
  [/^Standard_NC\d+adi?s_H100_v5$/, 'H100-NVL-94GB'],
  [/^Standard_ND96isr_H100_v5$/, 'H100-80GB-HBM3'],
  [/^Standard_ND96isr_H200_v5$/, 'H200'],
];

/** The devices' product by the node's labels, without the device plugin's `-SHARED`; null when nothing names it. */
export function gpuProduct(
  { vendor, labels: prefix, migProfile }: GpuResource,
  labels: Labels,
): string | null {
  if (vendor === 'amd') return amdProduct(labels);
  const own = labels[`${prefix}.product`] ?? withProfile(labels['nvidia.com/gpu.product'], migProfile);
  if (own !== undefined) return own.replace(/-SHARED$/, '');
  const cloud = CLOUD_LABELS.map((label) => labels[label]).find((value) => value !== undefined);
  const type = labels['node.kubernetes.io/instance-type'];
  const product = cloud?.toUpperCase() ?? (type === undefined ? undefined : instanceGpu(type));
  return (
    withProfile(product, migProfile ?? labels['cloud.google.com/gke-gpu-partition-size'] ?? null) ?? null
  );
}

function withProfile(product: string | undefined, migProfile: string | null): string | undefined {
  return product === undefined || migProfile === null ? product : `${product}-MIG-${migProfile}`;
}

function instanceGpu(type: string): string | undefined {
  return INSTANCE_GPUS.find(([pattern]) => pattern.test(type))?.[1];
}

/** AMD's node labeller writes `amd.com/gpu.product-name=X`, older ones `beta.amd.com/gpu.product-name=X` or `beta.…-name.X=1`. */
function amdProduct(labels: Labels): string | null {
  for (const key of ['product-name', 'device-id']) {
    const value = amdLabel(labels, key);
    if (value !== null) return key === 'device-id' ? `AMD-${value}` : value;
  }
  return null;
}

/** The one value of an AMD label in any of its three forms; null when there is none, or several. */
export function amdLabel(labels: Labels, key: string): string | null {
  const plain = labels[`amd.com/gpu.${key}`] ?? labels[`beta.amd.com/gpu.${key}`];
  if (plain !== undefined) return plain;
  const start = `beta.amd.com/gpu.${key}.`;
  const values = Object.keys(labels).filter((label) => label.startsWith(start));
  return values.length === 1 ? values[0]!.slice(start.length) : null;
}
