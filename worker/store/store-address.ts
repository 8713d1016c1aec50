import { fileURLToPath } from 'node:url';
import { FacefleetError } from '../errors/facefleet-error.ts';
import { keyFault } from './check-key.ts';

/** What a store address means. */
export type StoreAddress =
  | { readonly kind: 'dir'; readonly path: string }
  /** `prefix` is '' or ends in '/'. */
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/** S3's rules, and those of servers that also take upper case and underscores. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;

/**
 * Understands `s3://bucket/prefix` (the prefix as it stands: nothing is percent-decoded), `file:///folder` and the path of a folder.
 * Throws FF5004 for anything else.
 */
export function parseStoreAddress(address: string): StoreAddress {
  if (address === '') throw wrong(address, 'it is empty');
  if (address.includes('\0')) throw wrong(address, 'it holds a NUL character');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(address)?.[1]?.toLowerCase();
  if (scheme === 's3') return s3Address(address);
  if (scheme === 'file') return { kind: 'dir', path: pathOf(address) };
  if (scheme !== undefined && address.startsWith('//', scheme.length + 1)) {
    throw wrong(address, `${scheme}: is no kind of store`);
  }
  return { kind: 'dir', path: address };
}

/**
 * Takes `s3://bucket/prefix/name` for the address of an object: where it lies and its key there. Null when it can be none.
 * @throws FacefleetError FF5004
 */
export function splitObjectAddress(
  address: string,
): { readonly folder: string; readonly key: string } | null {
  const place = parseStoreAddress(address);
  if (place.kind !== 's3' || place.prefix === '') return null;
  const path = place.prefix.slice(0, -1);
  const slash = path.lastIndexOf('/');
  const folder = slash < 0 ? '' : `/${path.slice(0, slash)}`;
  return { folder: `s3://${place.bucket}${folder}`, key: path.slice(slash + 1) };
}

function s3Address(address: string): StoreAddress {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(address) ?? [];
  if (bucket.includes('@')) throw wrong('s3://…', 'credentials do not belong into it');
  if (!BUCKET.test(bucket)) throw wrong(address, `"${bucket}" cannot be a bucket`);
  const prefix = path.replace(/\/$/, '');
  const fault = prefix === '' ? '' : keyFault(prefix);
  if (fault) throw wrong(address, `of its prefix, ${fault}`);
  return { kind: 's3', bucket, prefix: prefix && `${prefix}/` };
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw wrong(url, error instanceof Error ? error.message : String(error));
  }
}

function wrong(address: string, fault: string): FacefleetError {
  return new FacefleetError('FF5004', `${JSON.stringify(address)}: ${fault}`);
}
