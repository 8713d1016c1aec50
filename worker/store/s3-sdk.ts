import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  type S3Api,
  S3Failure,
  type S3Head,
  type S3Object,
  type S3Page,
  type S3Part,
  type S3Put,
} from './s3-api.ts';
import { s3Failure } from './s3-failure.ts';

/** The name of the metadata entry that holds a put's `writer`. */
const WRITER = 'facefleet-writer';

/** A bucket behind the AWS SDK. Here and in `s3-client.ts` alone the SDK is known. */
export class S3Sdk implements S3Api {
  readonly endpoint: string;
  readonly #client: S3Client;
  readonly #bucket: string;

  /** @param client one that does not retry; see `s3Client` */
  constructor(client: S3Client, bucket: string, endpoint: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.endpoint = endpoint;
  }

  async get(key: string, range: string | undefined, signal?: AbortSignal): Promise<S3Object> {
    const command = new GetObjectCommand({
      ...this.#at(key),
      ...(range === undefined ? {} : { Range: range }),
    });
    const {
      Body,
      ContentLength,
      ContentRange,
      ETag = '',
    } = await edge(this.#client.send(command, until(signal)));
    // Under Node a body is always an http.IncomingMessage.
    const body = Body as Readable | undefined;
    if (range !== undefined && !ContentRange) {
      body?.destroy();
      throw new S3Failure('final', 'the server does not know ranges');
    }
    return { bytes: ContentLength ?? 0, etag: ETag, body: edgeOfBody(body) };
  }

  async head(key: string, signal?: AbortSignal): Promise<S3Head> {
    const head = await edge(this.#client.send(new HeadObjectCommand(this.#at(key)), until(signal)));
    return { bytes: head.ContentLength ?? 0, writer: head.Metadata?.[WRITER] ?? '' };
  }

  async put(key: string, bytes: Uint8Array, { writer, ifAbsent = false, signal }: S3Put): Promise<void> {
    const command = new PutObjectCommand({
      ...this.#at(key),
      Body: asBuffer(bytes),
      Metadata: { [WRITER]: writer },
      ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
    });
    await edge(this.#client.send(command, until(signal)));
  }

  async list(
    prefix: string,
    from: { readonly startAfter?: string | undefined; readonly token?: string | undefined },
    signal?: AbortSignal,
  ): Promise<S3Page> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      // XML cannot hold all characters of keys.
      EncodingType: 'url',
      ...(from.startAfter ? { StartAfter: from.startAfter } : {}),
      ...(from.token === undefined ? {} : { ContinuationToken: from.token }),
    });
    const page = await edge(this.#client.send(command, until(signal)));
    const decoded = page.EncodingType === 'url' ? decodeKey : (key: string) => key;
    const objects = (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified, ETag }) => ({
      key: decoded(Key),
      bytes: Size,
      ...(LastModified && { modifiedMs: LastModified.getTime() }),
      ...(ETag && { etag: ETag }),
    }));
    if (page.IsTruncated && !page.NextContinuationToken) {
      throw new S3Failure('final', 'the server cuts a listing without saying how it goes on');
    }
    return { objects, token: page.IsTruncated ? (page.NextContinuationToken ?? null) : null };
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    await edge(this.#client.send(new DeleteObjectCommand(this.#at(key)), until(signal)));
  }

  async deleteMany(keys: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, S3Failure>> {
    const command = new DeleteObjectsCommand({
      Bucket: this.#bucket,
      Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) },
    });
    const { Errors = [] } = await edge(this.#client.send(command, until(signal)));
    return new Map(
      Errors.map(({ Key = '', Code = '', Message = '' }) => [
        Key,
        s3Failure(Object.assign(new Error(Message), { name: Code })),
      ]),
    );
  }

  async createUpload(key: string, { writer, signal }: S3Put): Promise<string> {
    const command = new CreateMultipartUploadCommand({ ...this.#at(key), Metadata: { [WRITER]: writer } });
    const { UploadId } = await edge(this.#client.send(command, until(signal)));
    if (!UploadId) throw new S3Failure('final', 'the server began a multipart upload without naming it');
    return UploadId;
  }

  async putPart(
    key: string,
    upload: string,
    number: number,
    bytes: Uint8Array,
    signal?: AbortSignal,
  ): Promise<S3Part> {
    const part = { ...this.#at(key), UploadId: upload, PartNumber: number, Body: asBuffer(bytes) };
    const { ETag } = await edge(this.#client.send(new UploadPartCommand(part), until(signal)));
    if (!ETag) throw new S3Failure('final', 'the server took a part without an ETag');
    return { number, etag: ETag };
  }

  async completeUpload(
    key: string,
    upload: string,
    parts: readonly S3Part[],
    signal?: AbortSignal,
  ): Promise<void> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#at(key),
      UploadId: upload,
      MultipartUpload: { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) },
    });
    await edge(this.#client.send(command, until(signal)));
  }

  async abortUpload(key: string, upload: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#at(key), UploadId: upload });
    await edge(this.#client.send(command));
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: key };
  }
}

async function edge<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw s3Failure(error);
  }
}

async function* edgeOfBody(body: AsyncIterable<Uint8Array> = nothing()): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw s3Failure(error);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function until(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

/** The same bytes as a Buffer: some servers spoil what arrives in chunks, and a Buffer goes out with its length. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** AWS writes a space as `+`, others as `%20`; a plus is `%2B` with all. */
function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw new S3Failure('final', `the server lists a key that is not UTF-8: ${encoded.slice(0, 200)}`);
  }
}
