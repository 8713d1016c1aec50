import { FacefleetError } from '../errors/facefleet-error.ts';
import { openDirStore } from './dir-store.ts';
import { givenEndpoint, MIN_PART_BYTES, type S3Options } from './s3-options.ts';
import type { Store } from './store.ts';
import { parseStoreAddress } from './store-address.ts';

/** How a store is opened; plain data, so that it can be handed to another process. */
export interface StoreOptions {
  /** Make the folder when it is missing (default true). Buckets are never made. */
  readonly create?: boolean;
  /** Opening changes nothing: a folder must exist, and what killed processes left in it stays (default false). */
  readonly readOnly?: boolean;
  /** The store will be written by several processes: make sure that its server honours conditional writes (default false). */
  readonly shared?: boolean;
  readonly s3?: S3Options;
}

/**
 * Opens the store at an address: `s3://bucket/prefix`, `file:///folder` or a folder.
 * Throws FF5004 for an address that is none, what `openDirStore` throws, and with `shared` FF4012 and the errors of a put.
 */
export async function openStore(address: string, options: StoreOptions = {}): Promise<Store> {
  const place = parseStoreAddress(address);
  if (place.kind === 'dir') {
    const { create = true, readOnly = false } = options;
    return await openDirStore(place.path, { create, readOnly });
  }
  const s3 = options.s3 ?? {};
  const endpoint = givenEndpoint(s3);
  if (endpoint !== '' || s3.endpoint !== undefined) checkEndpoint(endpoint);
  if (s3.partBytes !== undefined && !(s3.partBytes >= MIN_PART_BYTES)) {
    throw new FacefleetError('FF5004', `parts have at least ${MIN_PART_BYTES} bytes, not ${s3.partBytes}`);
  }
  // Most runs need no object store, and the SDK takes its time to load.
  const [{ S3Sdk }, { s3Client }, { S3Store }] = await Promise.all([
    import('./s3-sdk.ts'),
    import('./s3-client.ts'),
    import('./s3-store.ts'),
  ]);
  const api = new S3Sdk(s3Client(s3), place.bucket, endpoint);
  const store = new S3Store(api, { ...place, partBytes: s3.partBytes, retry: s3.retry });
  if (options.shared) await store.proveConditions();
  return store;
}

/** Throws FF5004 unless `endpoint` is an http(s) URL without credentials. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url?.username || url?.password) {
    throw new FacefleetError('FF5004', `${url.host}: credentials do not belong into an endpoint`);
  }
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new FacefleetError('FF5004', `${JSON.stringify(endpoint)}: an endpoint is an http or https URL`);
  }
}
