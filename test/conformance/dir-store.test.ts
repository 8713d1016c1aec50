import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirStore } from '../../worker/store/dir-store.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('dir', async () => {
  const root = await mkdtemp(join(tmpdir(), 'facefleet-store-'));
  return {
    store: await openDirStore(root),
    close: async () => await rm(root, { recursive: true, force: true }),
  };
});
