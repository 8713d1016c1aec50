import { type S3Api, S3Failure, type S3Head } from './s3-api.ts';

/** The head of the object under `key`; null when there is none. Fails as `api.head` does otherwise. */
export async function headOrNull(api: S3Api, key: string, signal?: AbortSignal): Promise<S3Head | null> {
  try {
    return await api.head(key, signal);
  } catch (error) {
    if (error instanceof S3Failure && error.kind === 'absent') return null;
    throw error;
  }
}
