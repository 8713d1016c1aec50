/** Amounts by resource name, as Kubernetes writes them: `{"cpu": "3920m", "nvidia.com/gpu": "8"}`. */
export type ResourceList = Readonly<Record<string, string | number>>;

/** The part of a Node that planning reads. `V1Node` of the Kubernetes client and `kubectl get node -o json` both have this shape. */
export interface KubeNode {
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string | Date;
  };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly KubeTaint[];
  };
  readonly status?: {
    readonly allocatable?: ResourceList;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** A taint of a Node. */
export interface KubeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** The part of a Pod that planning reads. */
export interface KubePod {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly KubeContainer[];
    readonly initContainers?: readonly KubeContainer[];
    readonly overhead?: ResourceList;
    /** Requests of the pod as a whole, Kubernetes 1.34 and later. */
    readonly resources?: KubeResources;
  };
  readonly status?: { readonly phase?: string };
}

/** A container; an init container with `restartPolicy: Always` is a sidecar. */
export interface KubeContainer {
  readonly restartPolicy?: string;
  readonly resources?: KubeResources;
}

/** What a container or a pod asks for; a limit without a request is a request too. */
export interface KubeResources {
  readonly requests?: ResourceList;
  readonly limits?: ResourceList;
}
