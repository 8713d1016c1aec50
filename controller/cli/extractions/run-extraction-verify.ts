import { existsSync } from 'node:fs';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { parseStoreAddress } from '../../../worker/store/store-address.ts';
import { runVerify, type VerifyCommandOptions } from '../run-verify.ts';
import { extractionName } from './extraction-name.ts';
import { findExtraction } from './find-extraction.ts';
import type { KubeOptions } from './kube-options.ts';
import { openCluster } from './open-cluster.ts';

/**
 * `facefleet verify fx/NAME`: verifies the output of an Extraction of the cluster from here, with the S3 settings of this environment.
 * @throws FacefleetError FF5001, FF7xxx, FF4006 for an output that this machine does not see, and what `runVerify` throws
 */
export async function runExtractionVerify(
  argument: string,
  options: VerifyCommandOptions & KubeOptions,
): Promise<void> {
  const client = openCluster(options);
  const { spec, metadata } = await findExtraction(client, extractionName(argument)).finally(() =>
    client.close(),
  );
  const { address, s3 } = spec.output;
  const place = parseStoreAddress(address);
  if (place.kind === 'dir' && !existsSync(place.path))
    throw new FacefleetError(
      'FF4006',
      `${address} is the output of ${metadata.name} in its pods; on this machine there is no such folder: mount its volume there, or verify it where it is mounted`,
    );
  // the endpoint that pods use may be one of the cluster's own: this machine may have another
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  await runVerify(address, options, AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL ? {} : s3);
}
