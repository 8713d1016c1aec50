import { randomBytes } from 'node:crypto';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { s3Client } from '../../worker/store/s3-client.ts';

/** An S3 server for tests: where it is, or why there is none. */
export interface TestS3 {
  readonly endpoint: string;
  /** For `skip`: a reason when there is no server, else false. */
  readonly missing: string | false;
}

/**
 * The S3 server that FACEFLEET_TEST_S3_ENDPOINT names, with FACEFLEET_TEST_S3_ACCESS_KEY, …_SECRET_KEY and …_REGION made the credentials of
 * this process.
 */
export function testS3(): TestS3 {
  const { env } = process;
  const endpoint = env.FACEFLEET_TEST_S3_ENDPOINT ?? '';
  if (endpoint === '') {
    return {
      endpoint,
      missing:
        'no S3 server: run by `node test/servers/with-servers.ts …` with radosgw installed, or set FACEFLEET_TEST_S3_ENDPOINT',
    };
  }
  if (env.FACEFLEET_TEST_S3_ACCESS_KEY) env.AWS_ACCESS_KEY_ID = env.FACEFLEET_TEST_S3_ACCESS_KEY;
  if (env.FACEFLEET_TEST_S3_SECRET_KEY) env.AWS_SECRET_ACCESS_KEY = env.FACEFLEET_TEST_S3_SECRET_KEY;
  if (env.FACEFLEET_TEST_S3_REGION) env.AWS_REGION = env.FACEFLEET_TEST_S3_REGION;
  return { endpoint, missing: false };
}

/** Makes an empty bucket with a name of its own. */
export async function makeBucket(endpoint: string): Promise<string> {
  const bucket = `facefleet-test-${randomBytes(6).toString('hex')}`;
  const client = s3Client({ endpoint });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return bucket;
}
