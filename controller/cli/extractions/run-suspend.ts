import { EXTRACTIONS } from '../../k8s/kube-resource.ts';
import { writeAll } from '../write-all.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import type { KubeOptions } from './kube-options.ts';
import { resourceName } from './object-text.ts';
import { openCluster } from './open-cluster.ts';

/** `facefleet suspend` and `resume`. All names are looked up before the first is changed. @throws FacefleetError FF5001, FF7xxx */
export async function runSuspend(
  names: readonly string[],
  suspend: boolean,
  options: KubeOptions,
): Promise<void> {
  const client = openCluster(options);
  try {
    const found = await Promise.all(names.map((name) => findExtraction(client, extractionName(name))));
    for (const { metadata, spec, status } of found) {
      const { name, namespace } = metadata;
      const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
      const same = spec.suspend === suspend;
      if (!same)
        await client.patch(
          EXTRACTIONS,
          { namespace, name },
          { spec: { suspend } },
          { fieldManager: 'facefleet' },
        );
      const done = suspend ? 'suspended' : 'resumed';
      const note = ended ? `; it has ended already (${status.phase})` : '';
      await writeAll([
        `${resourceName(name)} ${same ? `is not changed: it ${suspend ? 'is suspended' : 'is not suspended'}` : done}${note}\n`,
      ]);
    }
  } finally {
    client.close();
  }
}
