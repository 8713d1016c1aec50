import { z } from 'zod';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import type { KubeNode, KubePod } from '../plan/capacity/kubernetes-objects.ts';
import { parseQuantity } from '../plan/capacity/parse-quantity.ts';

const quantity = z
  .union([z.string(), z.number()])
  .refine((text) => parseQuantity(text) !== null, { error: 'is no quantity such as 500m or 16Gi' });
const resourceList = z.record(z.string(), quantity);
const labels = z.record(z.string(), z.string());
const resources = z.object({ requests: resourceList.exactOptional(), limits: resourceList.exactOptional() });
const container = z.object({
  restartPolicy: z.string().exactOptional(),
  resources: resources.exactOptional(),
});

const node = z.object({
  kind: z.literal('Node').optional(),
  metadata: z.object({
    name: z.string().min(1),
    labels: labels.exactOptional(),
    deletionTimestamp: z.string().exactOptional(),
  }),
  spec: z
    .object({
      unschedulable: z.boolean().exactOptional(),
      taints: z
        .array(z.object({ key: z.string(), value: z.string().exactOptional(), effect: z.string() }))
        .exactOptional(),
    })
    .exactOptional(),
  status: z
    .object({
      allocatable: resourceList.exactOptional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).exactOptional(),
    })
    .exactOptional(),
});

const pod = z.object({
  kind: z.literal('Pod').optional(),
  metadata: z.object({ name: z.string().exactOptional(), namespace: z.string().exactOptional() }),
  spec: z.object({
    nodeName: z.string().exactOptional(),
    containers: z.array(container),
    initContainers: z.array(container).exactOptional(),
    overhead: resourceList.exactOptional(),
    resources: resources.exactOptional(),
  }),
  status: z.object({ phase: z.string().exactOptional() }).exactOptional(),
});

/**
 * The nodes of `kubectl get nodes -o json`, or of one node's JSON.
 * @param where named in the error, such as the file
 * @throws FacefleetError FF5002
 */
export function parseNodes(json: unknown, where: string): KubeNode[] {
  const nodes = parseList(json, where, 'Node', node);
  const seen = new Set<string>();
  for (const [i, { metadata }] of nodes.entries()) {
    if (seen.has(metadata.name))
      throw new FacefleetError('FF5002', `${where}: items.${i}: the node ${metadata.name} is there twice`);
    seen.add(metadata.name);
  }
  return nodes;
}

/**
 * The pods of `kubectl get pods -A -o json`, or of one pod's JSON.
 * @param where named in the error, such as the file
 * @throws FacefleetError FF5002
 */
export function parsePods(json: unknown, where: string): KubePod[] {
  return parseList(json, where, 'Pod', pod);
}

function parseList<T>(json: unknown, where: string, kind: 'Node' | 'Pod', schema: z.ZodType<T>): T[] {
  const list = z.object({
    kind: z.enum(['List', `${kind}List`, kind]),
    items: z.array(z.unknown()).optional(),
  });
  const outer = list.safeParse(json);
  if (!outer.success || (outer.data.kind !== kind && outer.data.items === undefined)) {
    const expected = `the JSON of \`kubectl get ${kind.toLowerCase()}s ${kind === 'Pod' ? '-A ' : ''}-o json\``;
    throw new FacefleetError('FF5002', `${where}: expected ${expected}`);
  }
  const items = outer.data.items ?? [json];
  return items.map((item, i) => {
    const parsed = schema.safeParse(item);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const path = ['items', i, ...(issue?.path ?? [])].join('.');
    throw new FacefleetError('FF5002', `${where}: ${path}: ${issue?.message}`);
  });
}
