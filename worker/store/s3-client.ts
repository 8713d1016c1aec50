import { S3Client } from '@aws-sdk/client-s3';
import { givenEndpoint, S3_DEFAULTS, type S3Options } from './s3-options.ts';

/**
 * The SDK's client for these options. It tries everything once (`S3Store` retries, since only it knows how), sends checksums only
 * where S3 asks for them, since older servers refuse the newer kinds, and never waits for `100 Continue`.
 */
export function s3Client(options: S3Options): S3Client {
  const connections = options.connections ?? S3_DEFAULTS.connections;
  return new S3Client({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    region: options.region ?? once(regionOfMachine),
    forcePathStyle: options.pathStyle ?? givenEndpoint(options) !== '',
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? S3_DEFAULTS.connectTimeoutMs,
      socketTimeout: options.idleTimeoutMs ?? S3_DEFAULTS.idleTimeoutMs,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    },
  });
}

/** The SDK asks anew for every request. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** What environment or profile say, else the default. */
async function regionOfMachine(): Promise<string> {
  try {
    return await new S3Client({}).config.region();
  } catch {
    return S3_DEFAULTS.region;
  }
}
