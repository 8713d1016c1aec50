import { hash } from 'node:crypto';

/** A Kubernetes name of 63 characters less the longest ending, `-p63-s63-r9999`. */
const MAX_CHARS = 49;
const TAG_CHARS = 8;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * What names of everything that belongs to an extraction start with, and the value of its label: its own name where that is short and without dots,
 * otherwise as much of it as fits and a hash, so that two extractions never share it.
 * @param extraction name of the extraction, up to 253 characters
 */
export function childBase(extraction: string): string {
  if (extraction.length <= MAX_CHARS && DNS_LABEL.test(extraction)) return extraction;
  const start = extraction.replaceAll('.', '-').slice(0, MAX_CHARS - TAG_CHARS - 1);
  return `${start.replace(/-+$/, '')}-${hash('sha256', extraction).slice(0, TAG_CHARS)}`;
}

/** The name of something that belongs to an extraction: a DNS label of at most 63 characters where `ending` has at most 13. */
export function childName(extraction: string, ending: string): string {
  return `${childBase(extraction)}-${ending}`;
}
