import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster } from '../../fixtures/clusters/clusters.ts';
import { kubeList } from '../../fixtures/kube-objects.ts';

/** Folder of the recorded clusters. */
export const RECORDED = fileURLToPath(new URL('../../fixtures/clusters/', import.meta.url));
/** Folder of the golden plans. */
export const GOLDEN = fileURLToPath(new URL('./', import.meta.url));

/** Writes a cluster's files as kubectl prints them. */
export function writeCluster({ name, extraction, nodes, pods }: Cluster, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.yaml`), extraction);
  writeFileSync(join(folder, `${name}.nodes.json`), `${JSON.stringify(kubeList(nodes), null, 4)}\n`);
  writeFileSync(join(folder, `${name}.pods.json`), `${JSON.stringify(kubeList(pods), null, 4)}\n`);
}

/** Arguments of `facefleet` that plan a cluster's Extraction. */
export function planArgs({ name, args }: Cluster, folder: string, output: string): string[] {
  const file = (ending: string): string => join(folder, `${name}.${ending}`);
  return [
    'plan',
    '-f',
    file('yaml'),
    '--nodes',
    file('nodes.json'),
    '--pods',
    file('pods.json'),
    ...args,
    '-o',
    output,
  ];
}
