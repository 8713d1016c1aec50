import { FINDINGS, type FindingCode } from '../../worker/conductor/verify/finding-codes.ts';
import type { Finding } from '../../worker/conductor/verify/findings.ts';
import type { Verification } from '../../worker/conductor/verify/verify-output.ts';
import { printable } from '../../worker/errors/printable.ts';
import { counted } from './counted.ts';
import { inspectText, type Row } from './inspect-text.ts';
import { stateText } from './state-text.ts';

/** What a verification found, for people. */
export function verificationText(output: string, verification: Verification): string {
  const { counts, crops, superseded, deep, errors, warnings, found, findings } = verification;
  const rows: Row[] = [
    ['extraction', stateText(verification)],
    ['frames', `${counts.frames + counts.failed}: ${counts.frames} with a record, ${counts.failed} failed`],
    ['faces', `${counts.faces}, ${counted(crops, 'crop')} ${deep ? 'decoded' : 'looked at'}`],
    ...(superseded > 0 ? [['', `${counted(superseded, 'earlier result')} superseded`] as const] : []),
    [
      'findings',
      errors + warnings === 0 ? 'none' : `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
    ],
  ];
  const groups = Map.groupBy(findings, ({ code }) => code);
  const texts = [...groups].map(([code, group]) => groupText(code, group, found[code] ?? 0));
  return inspectText(`${output}: ${verdict(verification)}`, rows) + texts.join('');
}

function verdict({ errors, state }: Verification): string {
  if (errors > 0) return 'does not hold';
  return state === 'complete' ? 'complete, and everything holds' : 'not complete; what is there holds';
}

function groupText(code: FindingCode, group: readonly Finding[], count: number): string {
  const { severity, todo } = group[0]!;
  const more = count - group.length;
  return [
    `${severity} ${code}: ${FINDINGS[code].meaning}`,
    // names come from elsewhere
    ...group.map((finding) => printable(`  ${place(finding)}: ${finding.detail}`)),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    `  → ${todo}`,
    '',
  ].join('\n');
}

function place({ key, line, frame }: Finding): string {
  return `${key}${line === undefined ? '' : ` line ${line}`}${frame === undefined ? '' : ` (${frame})`}`;
}
