/** Where a number comes from: measured on this product, declared by the plugin, or guessed by the planner. */
export type Origin = 'measured' | 'declared' | 'guessed';

/** How fast a plugin is. Frames/s of one replica that runs nothing else; for faces, at the faces per frame that were measured. */
export interface Throughput {
  /** GPU product as in `Gpu.product`; `cpu` means one core; null holds for the reference GPU of `gpuSpeed`. */
  readonly product: string | null;
  readonly batch: number;
  readonly framesPerSec: number;
  readonly origin: Origin;
}

/** What one role of the flow needs: its plugin's memory, batch and speed. */
export interface RoleNeed {
  /** `detect`, `align`, `mask_0`, `mask_1`, … */
  readonly role: string;
  readonly plugin: string;
  /** `cpu` roles ride with the nearest stage and take no VRAM. */
  readonly device: 'gpu' | 'cpu';
  /** GPU memory of the loaded model, MiB. */
  readonly vramMiB: number;
  /** Further GPU memory for each item of a batch, MiB. */
  readonly vramPerBatchMiB: number;
  readonly vramOrigin: Origin;
  /** Items in one run that the plugin is configured for; ≥ 1. */
  readonly batch: number;
  /** Most items in one run when VRAM is to spare; ≥ `batch`. */
  readonly maxBatch: number;
  /** Host memory of one thread that runs it on a CPU, MiB. */
  readonly memoryMiB: number;
  readonly throughput: readonly Throughput[];
}

/** How a device is shared, as the device plugin reports it. */
export type Sharing =
  | { readonly kind: 'none' }
  | { readonly kind: 'timeSlicing'; readonly replicas: number }
  | { readonly kind: 'mps'; readonly replicas: number }
  | { readonly kind: 'mig'; readonly profile: string };

/** Devices of one node that are alike. A worker is given one of them, never a chosen one. */
export interface Gpu {
  /** Extended resource that a pod asks for, such as `nvidia.com/gpu` or `nvidia.com/mig-1g.10gb`. */
  readonly resource: string;
  readonly product: string;
  /** Devices that are free now. */
  readonly count: number;
  /** Devices that others hold. They are no capacity, but tell "busy" from "none". */
  readonly busy: number;
  /** Memory of one device, MiB. */
  readonly totalMiB: number;
  /** Of that, not in use, MiB. */
  readonly freeMiB: number;
  readonly sharing: Sharing;
  /** Speed relative to the reference GPU; null: looked up by product. */
  readonly speed: number | null;
}

/** A Kubernetes taint. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** A Kubernetes toleration. */
export interface Toleration {
  /** Absent with operator `Exists`: tolerates everything. */
  readonly key?: string;
  readonly operator?: 'Equal' | 'Exists';
  readonly value?: string;
  readonly effect?: Taint['effect'];
}

/** What is free on one node. */
export interface NodeCapacity {
  readonly name: string;
  readonly gpus: readonly Gpu[];
  /** Free cores (fractions allowed); null: unknown, taken as what its GPU workers ask for, at least one. */
  readonly cores: number | null;
  /** Free host memory, MiB; null: unknown, taken as enough. */
  readonly memoryMiB: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** False when the node is cordoned or not ready. */
  readonly schedulable: boolean;
}

/** Work of the host on every frame besides the roles. */
export interface FrameWork {
  /** Seconds of one core for reading and decoding a frame and for cropping and encoding its faces. */
  readonly coreSec: number;
  readonly origin: Origin;
}

export interface PlanOptions {
  /** Frames of the source; null when not known yet: then durations are null and passes are compared per frame. */
  readonly framesTotal: number | null;
  /** Most workers at one time; null: as many as help. */
  readonly maxReplicas: number | null;
  /** GPUs not to use: a node (`gpu-3`), a product (`Tesla-T4`) or a product of a node (`gpu-3/Tesla-T4`). */
  readonly excludeGpus: readonly string[];
  /** Extended resources that may be used; null: all that are GPUs. */
  readonly gpuResources: readonly string[] | null;
  /** Labels that a node must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** Let a plugin that is larger than every GPU run alone, in batches of one, on the GPU with most memory. */
  readonly allowOversize: boolean;
  /** `auto`: GPUs where the cluster has any, else CPUs. A flow without GPU roles always runs on CPUs. */
  readonly device: 'auto' | 'gpu' | 'cpu';
  /** VRAM left free on every device, MiB. */
  readonly marginMiB: number;
  /** Cores and host memory that one GPU worker asks for. */
  readonly workerCores: number;
  readonly workerMemoryMiB: number;
  /** Most cores that a GPU worker asks for where less would hold its GPU up: `workerCores` doubled as often as it pays; null: `workerCores`. */
  readonly maxWorkerCores: number | null;
  /** Counted for every stage alike; null: not counted. */
  readonly frameWork: FrameWork | null;
  /** Starting the workers of a pass (pods, models, warm-up), seconds. */
  readonly passStartSec: number;
  /** Frames/s that the conductor can feed into a pass; null: not the limit. */
  readonly feedFramesPerSec: number | null;
}

/** The GPUs that policy `compat` sees: the freest active one stands for all. MiB. */
export interface SeedMachine {
  /** Devices that the driver reports, excluded ones included. */
  readonly count: number;
  /** Devices that may be used. */
  readonly active: number;
  readonly freeMiB: number;
  readonly totalMiB: number;
}

/** Everything the planner knows. */
export interface Problem {
  /** Any text; comes back with the plan. */
  readonly id: string | null;
  readonly policy: 'fleet' | 'compat';
  /** In flow order. */
  readonly roles: readonly RoleNeed[];
  readonly nodes: readonly NodeCapacity[];
  readonly options: PlanOptions;
  /** `nvidia`, `amd`, `cpu`, …; only policy `compat` asks. */
  readonly backend: string;
  /** False: policy `compat` runs every plugin in a pass of its own. */
  readonly multiprocess: boolean;
  /** For policy `compat`; null: made from `nodes`. */
  readonly seedMachine: SeedMachine | null;
}
