import { mkdir } from 'node:fs/promises';
import type { CoreV1Api } from '@kubernetes/client-node';
import { untilServed } from './api-answers.ts';

/**
 * A folder of this machine as a PersistentVolumeClaim of a namespace that every node can mount: what a network file system is to a real
 * cluster. Mounted at its own path, addresses in it are the same inside and outside of pods.
 */
export async function shareFolder(
  core: CoreV1Api,
  namespace: string,
  claimName: string,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const common = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  await core.createPersistentVolume({
    body: {
      metadata: { name: `${namespace}-${claimName}` },
      spec: {
        ...common,
        capacity: { storage: '1Gi' },
        hostPath: { path: folder },
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace, name: claimName },
      },
    },
  });
  await core.createNamespacedPersistentVolumeClaim({
    namespace,
    body: { metadata: { name: claimName }, spec: { ...common, resources: { requests: { storage: '1Gi' } } } },
  });
  await untilServed(`claim ${claimName} is bound`, async () => {
    const { status } = await core.readNamespacedPersistentVolumeClaim({ name: claimName, namespace });
    return status?.phase === 'Bound';
  });
}
