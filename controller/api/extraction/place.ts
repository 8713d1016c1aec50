import { z } from 'zod';
import { type Rule, ruled, unchangeable } from './rule.ts';

const BUCKET = '^s3://[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9](/.*)?$';
const CREDENTIALS = '^[A-Za-z0-9+.-]+://[^/]*@';

const noCredentials: Rule<string> = {
  cel: `!self.matches('${CREDENTIALS}')`,
  message: 'holds credentials: name a Secret in spec.credentials instead',
  holds: (address) => !new RegExp(CREDENTIALS).test(address),
};

/** An address that means the same in every pod. */
const address = ruled(
  z.string().min(1).max(2048),
  {
    cel: "self.startsWith('s3://') || self.startsWith('file:///') || self.startsWith('/')",
    message: 'is neither s3://bucket/prefix nor an absolute path or file:///path below a volume',
    holds: (text) => ['s3://', 'file:///', '/'].some((start) => text.startsWith(start)),
  },
  {
    cel: `!self.startsWith('s3://') || self.contains('@') || self.matches('${BUCKET}')`,
    message: 'names no bucket as s3://bucket/prefix does',
    holds: (text) => !text.startsWith('s3://') || text.includes('@') || new RegExp(BUCKET, 's').test(text),
  },
  noCredentials,
);

/** An address on the machine that reads the file: relative paths will do. */
const localAddress = ruled(z.string().min(1).max(2048), noCredentials);

const s3 = z.strictObject({
  endpoint: ruled(z.string().min(1).max(2048), {
    cel: "self.matches('^https?://[^/@]+/?$')",
    message: 'is no address such as https://s3.example.org:9000',
    holds: (text) => /^https?:\/\/[^/@]+\/?$/.test(text),
  })
    .exactOptional()
    .describe('Server, such as `https://s3.example.org:9000`; AWS when there is none.'),
  region: z.string().min(1).max(64).exactOptional().describe('Region of the bucket.'),
  pathStyle: z
    .boolean()
    .exactOptional()
    .describe(
      'Whether the bucket stands in the path, not in the host name; true where there is an `endpoint`.',
    ),
});

const bucket = () => s3.exactOptional().describe('How the bucket is reached.');

const sourceEntries = z.strictObject({
  address: address.describe(
    'A folder, an image, a list (`.txt`) or a video below a volume (`/data/photos`, `file:///data/photos`), `s3://bucket/prefix`, or a video in a bucket (`s3://bucket/film.mp4`). A `/` at the end tells a folder that is named like a file.',
  ),
  recursive: z.boolean().default(false).describe('Whether images in sub-folders are taken, too.'),
  everyN: z.int().min(1).max(1_000_000).default(1).describe('Every n-th frame is taken.'),
  s3: bucket(),
});

const outputEntries = z.strictObject({
  address: address.describe('A folder below a volume, or `s3://bucket/prefix`.'),
  s3: bucket(),
  sizePx: z.int().min(64).max(2048).default(512).describe('Side of the head crops, pixels.'),
  faces: z.boolean().default(true).describe('Whether face images are written, or only alignments.'),
  debugLandmarks: z.boolean().default(false).describe('Whether landmarks are drawn on the face images.'),
  existing: z
    .enum(['Continue', 'Overwrite', 'Keep', 'KeepWithFaces'])
    .default('Continue')
    .describe(
      'What becomes of an earlier output at this address. `Continue`: frames made with the same settings are kept, an output made with others is an error. `Overwrite`: it is removed. `Keep`: its frames are kept whatever they were made with. `KeepWithFaces`: likewise, but only those with faces.',
    ),
});

export const source = unchangeable(sourceEntries, 'source');
export const output = unchangeable(outputEntries, 'output');

/** Source and output of a file that is used on this machine: the command line may tell the address. */
const given = { address: localAddress.exactOptional() };
export const localSource = sourceEntries.extend(given).prefault({});
export const localOutput = outputEntries.extend(given).prefault({});
