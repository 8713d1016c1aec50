import { PROVIDERS, type Provider } from '../../engine/session.ts';
import type { ExtractionFile } from '../../formats/extraction-file.ts';
import type { ExtractSummary } from '../extract.ts';

/** Of a job that an earlier conductor has finished. */
export function finishedSummary({ counts, versions: about }: ExtractionFile): ExtractSummary {
  const { frames = 0, faces = 0, failed = 0 } = counts ?? {};
  const { provider } = (about ?? {}) as { readonly provider?: string };
  return {
    total: frames + failed,
    frames: frames + failed,
    carried: frames,
    faces,
    failed,
    skipped: 0,
    rejected: 0,
    interrupted: false,
    provider: providerOf(provider ?? null),
  };
}

/** The provider of this name; the CPU when there is none. */
export function providerOf(name: string | null): Provider {
  return PROVIDERS.find((provider) => provider === name) ?? 'cpu';
}
