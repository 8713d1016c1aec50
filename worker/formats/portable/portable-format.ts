/** The alignments formats that can be written. */
export const PORTABLE_FORMATS = ['fsa', 'json', 'jsonl', 'coco', 'csv'] as const;

/** `fsa`: faceswap's file; `json`: its JSON for import; `jsonl`: lines as in alignments.jsonl; `coco`, `csv`: for other programs. */
export type PortableFormat = (typeof PORTABLE_FORMATS)[number];
