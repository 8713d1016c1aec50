import { CODES, type Code, type Retry, type Scope } from '../worker/errors/codes.ts';

const GROUPS: readonly (readonly [prefix: string, title: string])[] = [
  ['FF10', 'Frames'],
  ['FF11', 'Sources'],
  ['FF12', 'Alignments that are brought in'],
  ['FF2', 'Models'],
  ['FF3', 'Engine and plugins'],
  ['FF4', 'Outputs'],
  ['FF5', 'Command line and configuration'],
  ['FF6', 'Message bus'],
  ['FF7', 'Kubernetes'],
];

const RETRY: Record<Retry, string> = { now: 'at once', backoff: 'later', never: 'no' };
const SCOPE: Record<Scope, string> = { frame: 'the frame', pod: 'the process', job: 'the extraction' };

const INTRODUCTION = `# Errors

Every error has a stable code: it is printed, logged, and stored in \`failures.jsonl\`. Codes are never renumbered and never
reused. *Ends* says how far an error reaches: one that ends a frame is recorded and the extraction goes on (exit code 3). *Try
again* says whether the same thing can succeed without a change of yours; failed frames are tried again by every further run.

This page is generated from \`worker/errors/codes.ts\`; \`node scripts/write-error-docs.ts\` writes it anew.
`;

/** The text of docs/errors.md: one table per group of codes, in the order of the codes. */
export function errorDocs(): string {
  const codes = (Object.keys(CODES) as Code[]).sort();
  const ungrouped = codes.filter((code) => !GROUPS.some(([prefix]) => code.startsWith(prefix)));
  if (ungrouped.length > 0) throw new RangeError(`no group for ${ungrouped.join(', ')}`);
  const sections = GROUPS.map(([prefix, title]) =>
    section(
      title,
      codes.filter((code) => code.startsWith(prefix)),
    ),
  );
  return [INTRODUCTION, ...sections].join('\n');
}

function section(title: string, codes: readonly Code[]): string {
  const rows = codes.map((code) => {
    const { message, hint, retry, scope } = CODES[code];
    return `| \`${code}\` | ${cell(message)} | ${cell(hint)} | ${SCOPE[scope]} | ${RETRY[retry]} |\n`;
  });
  return `## ${title}\n\n| code | what happened | what to do | ends | try again |\n|---|---|---|---|---|\n${rows.join('')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
