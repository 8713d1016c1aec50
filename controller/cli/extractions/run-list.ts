import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import type { ExtractionResource } from '../../api/extraction-resource.ts';
import type { KubeClient } from '../../k8s/kube-client.ts';
import { EXTRACTIONS } from '../../k8s/kube-resource.ts';
import { writeAll } from '../write-all.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import type { KubeOptions } from './kube-options.ts';
import { listTable } from './list-table.ts';
import { objectText } from './object-text.ts';
import { openCluster } from './open-cluster.ts';

export interface ListOptions extends KubeOptions {
  readonly allNamespaces: boolean;
  readonly selector?: string;
  readonly headers: boolean;
  readonly output: 'table' | 'wide' | 'name' | 'json' | 'yaml';
}

/** `facefleet list`. @throws FacefleetError FF5001, FF7xxx */
export async function runList(names: readonly string[], options: ListOptions): Promise<void> {
  const { allNamespaces, selector, output, headers } = options;
  if (names.length > 0 && (allNamespaces || selector !== undefined))
    throw new FacefleetError(
      'FF5001',
      `names are given, so --${allNamespaces ? 'all-namespaces' : 'selector'} has no meaning`,
    );
  const client = openCluster(options);
  try {
    const found = await extractions(client, names, options);
    if (output === 'table' || output === 'wide') {
      if (found.length === 0)
        process.stderr.write(
          `there is no Extraction in ${allNamespaces ? 'any namespace' : `namespace ${client.namespace}`}\n`,
        );
      else {
        const lines = listTable(found, Date.now(), {
          namespaces: allNamespaces,
          wide: output === 'wide',
          headers,
        });
        await writeAll([`${lines.join('\n')}\n`]);
      }
    } else if (names.length === 1) await writeAll([objectText(found[0]!, output)]);
    else
      await writeAll([
        output === 'name'
          ? found.map((one) => objectText(one, 'name')).join('')
          : objectText(listOf(found), output),
      ]);
  } finally {
    client.close();
  }
}

async function extractions(
  client: KubeClient,
  names: readonly string[],
  { allNamespaces, selector }: ListOptions,
): Promise<readonly ExtractionResource[]> {
  if (names.length > 0)
    return await Promise.all(names.map((name) => findExtraction(client, extractionName(name))));
  const found = await client.list(EXTRACTIONS, {
    namespace: allNamespaces ? null : client.namespace,
    ...(selector === undefined ? {} : { labelSelector: selector }),
  });
  const key = ({ metadata }: ExtractionResource): string => `${metadata.namespace}/${metadata.name}`;
  return found.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function listOf(items: readonly ExtractionResource[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}
