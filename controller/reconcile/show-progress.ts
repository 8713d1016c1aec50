import type { ExtractionStatus } from '../api/extraction-resource.ts';

type Progress = NonNullable<ExtractionStatus['progress']>;

/** Of what is not known yet: not empty, which API servers of some builds take for null. */
const UNKNOWN = '?';

/** Progress as the columns of `kubectl get` show it. */
export function showProgress(
  { total, frames, framesPerSecond, etaSeconds }: Omit<Progress, 'at' | 'shown'>,
  pass: number,
  passes: number,
): NonNullable<Progress['shown']> {
  return {
    pass: `${pass + 1}/${passes}`,
    frames: `${frames}/${total ?? UNKNOWN}`,
    rate: framesPerSecond === null ? UNKNOWN : `${framesPerSecond}/s`,
    eta: etaSeconds === null ? UNKNOWN : shortDuration(etaSeconds),
  };
}

/** `45s`, `12m5s`, `3h20m`, `2d4h`. */
function shortDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds}s`;
  if (hours === 0) return `${minutes}m${seconds % 60}s`;
  if (hours < 24) return `${hours}h${minutes % 60}m`;
  return `${Math.floor(hours / 24)}d${hours % 24}h`;
}
