/** What the name of an extended resource says about its devices. */
export interface GpuResource {
  /** As pods ask for it: `nvidia.com/gpu`, `nvidia.com/mig-1g.5gb.shared`, `amd.com/gpu`. */
  readonly resource: string;
  readonly vendor: 'nvidia' | 'amd';
  /** Start of the labels that describe the devices: `nvidia.com/gpu`, `nvidia.com/mig-1g.5gb`, `amd.com/gpu`. */
  readonly labels: string;
  /** MIG profile such as `1g.5gb`; null for whole GPUs, and for slices that the MIG strategy `single` calls `nvidia.com/gpu`. */
  readonly migProfile: string | null;
  /** The device plugin renamed it because it is shared (`renameByDefault`). */
  readonly renamedAsShared: boolean;
}

const NVIDIA = /^(nvidia\.com\/(?:gpu|mig-((?:\d+c\.)?\d+g\.\d+gb(?:\.[a-z.-]+?)??)))(\.shared)?$/;
/** `amd.com/gpu`, and partitions such as `amd.com/cpx_nps4` of the AMD device plugin's naming strategy `mixed`. */
const AMD = /^amd\.com\/(?:gpu|[a-z]+_[a-z0-9]+)$/;

/** Reads the name of an extended resource; null when it is no GPU that can be planned. */
export function gpuResource(resource: string): GpuResource | null {
  const nvidia = NVIDIA.exec(resource);
  if (nvidia !== null) {
    const [, labels, profile, shared] = nvidia;
    return {
      resource,
      vendor: 'nvidia',
      labels: labels!,
      migProfile: profile ?? null,
      renamedAsShared: shared !== undefined,
    };
  }
  if (!AMD.test(resource)) return null;
  return { resource, vendor: 'amd', labels: 'amd.com/gpu', migProfile: null, renamedAsShared: false };
}
