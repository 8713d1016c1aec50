import { printable } from '../../../worker/errors/printable.ts';
import type { PlanResult, Reason, Shortfall } from '../plan.ts';
import type { NodeCapacity, Problem } from '../problem.ts';
import { clusterLines } from './cluster-lines.ts';
import { explainPass } from './explain-pass.ts';
import { counted, duration, mib, rate, whole } from './format-numbers.ts';
import { BAR_LEGEND } from './memory-bar.ts';

/** A plan with what it was made from. */
export interface Explained {
  readonly problem: Problem;
  readonly result: PlanResult;
  /** What kept parts of the cluster out, or had to be assumed. */
  readonly capacityReasons: readonly Reason[];
}

/** The plan as text for people: what runs where, how full and how fast, and why. The same for the same input, without a clock. */
export function explainText({ problem, result, capacityReasons }: Explained): string {
  const lines = [
    problemLine(problem),
    ...clusterLines(problem.nodes),
    ...capacityReasons.map(reasonLine),
    '',
    ...resultLines(problem, result),
  ];
  // names of nodes and products come from the cluster
  return `${lines.map(printable).join('\n')}\n`;
}

function problemLine({ id, roles, options, policy }: Problem): string {
  const frames = options.framesTotal === null ? '' : `, ${counted(options.framesTotal, 'frame')}`;
  return `${id ?? 'Extraction'}: ${counted(roles.length, 'role')}${frames}, policy ${policy}`;
}

function resultLines(problem: Problem, result: PlanResult): string[] {
  switch (result.outcome) {
    case 'planned': {
      const { passes, framesPerSec, durationSec, reasons } = result;
      const plugins = new Map(problem.roles.map(({ role, plugin }) => [role, plugin]));
      const speed = [
        ...(framesPerSec === null ? [] : [rate(framesPerSec)]),
        ...(durationSec === null ? [] : [`${duration(durationSec)} in all`]),
      ].join(', ');
      const withBars = passes.some(({ stages }) =>
        stages.some(({ groups }) => groups.some(({ memory }) => memory !== null)),
      );
      return [
        `Plan: ${counted(passes.length, 'pass').replace(/passs$/, 'passes')}${speed === '' ? '' : `, ${speed}`}`,
        ...passes.flatMap((pass, i) => ['', ...explainPass(pass, i, passes.length, plugins)]),
        ...(withBars ? ['', `  ${BAR_LEGEND}`] : []),
        ...why(reasons),
      ];
    }
    case 'refused':
      return [
        'Refused: the flow does not fit',
        ...result.shortfalls.map((shortfall) => shortfallLine(shortfall, problem)),
        ...why(result.reasons),
      ];
    case 'error':
      return [`No plan: ${result.code}: ${result.sentence}`];
  }
}

function why(reasons: readonly Reason[]): string[] {
  return reasons.length === 0 ? [] : ['', 'Why', ...reasons.map(reasonLine)];
}

function reasonLine({ code, sentence }: Reason): string {
  return `  ${code}: ${sentence}`;
}

function shortfallLine({ role, needMiB, bestFreeMiB, node, what }: Shortfall, { nodes }: Problem): string {
  const memory = what === 'vram' ? 'VRAM' : 'memory';
  if (node === null) {
    const none = what === 'vram' ? noGpu(nodes) : 'there is no usable node';
    return `  ${role} needs ${mib(needMiB)} of ${memory}; ${none}`;
  }
  const best = `the most that is free is ${mib(bestFreeMiB)}, on ${node}`;
  return `  ${role} needs ${mib(needMiB)} of ${memory}; ${best}: ${whole(needMiB - bestFreeMiB)} MiB short`;
}

function noGpu(nodes: readonly NodeCapacity[]): string {
  const gpus = nodes.flatMap((node) => (node.schedulable ? node.gpus : []));
  const busy = gpus.reduce((sum, gpu) => sum + gpu.busy, 0);
  if (busy === 0 || gpus.some(({ count }) => count > 0)) return 'there is no usable GPU';
  return `no GPU is free, ${counted(busy, 'device')} in use`;
}
