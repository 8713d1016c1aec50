import { openStore } from '../../worker/store/open-store.ts';
import { MIN_PART_BYTES } from '../../worker/store/s3-options.ts';
import { makeBucket, testS3 } from '../servers/test-bucket.ts';
import { storeSuite } from './store-suite.ts';

const { endpoint, missing } = testS3();

for (const prefix of ['', '/some/prefix +%']) {
  storeSuite(
    `s3${prefix}`,
    async () => {
      const bucket = await makeBucket(endpoint);
      return {
        store: await openStore(`s3://${bucket}${prefix}`, { s3: { endpoint, partBytes: MIN_PART_BYTES } }),
        close: async () => {},
      };
    },
    missing,
  );
}
