import type { Pass, Placement, ReplicaGroup, Stage } from '../plan.ts';
import { counted, duration, grouped, mib, rate, whole } from './format-numbers.ts';
import { memoryBar } from './memory-bar.ts';

const NAMED_NODES = 4;

/** One pass as lines: stages, and on every kind of device its memory, batches, rate and nodes. */
export function explainPass(
  pass: Pass,
  index: number,
  passes: number,
  plugins: ReadonlyMap<string, string>,
): string[] {
  const { stages } = pass;
  const kind = stages.length > 1 ? `, ${stages.length} stages in a chain` : '';
  const time = pass.durationSec === null ? '' : `, ${duration(pass.durationSec)}`;
  return [
    `Pass ${index + 1} of ${passes}${kind}: ${rate(pass.framesPerSec)}${time}`,
    ...stages.flatMap((stage, i) => {
      const slowest = stages.length > 1 && i === pass.bottleneck ? '  <- bottleneck' : '';
      return [
        `  Stage ${i + 1}: ${flowText(stage, plugins)}`,
        `    ${counted(stage.replicas, 'worker')}, ${rate(stage.framesPerSec)}${slowest}`,
        ...stage.groups.flatMap((group) => groupLines(stage, group)),
      ];
    }),
  ];
}

function flowText({ roles }: Stage, plugins: ReadonlyMap<string, string>): string {
  return roles.map((role) => `${role} ${plugins.get(role) ?? ''}`.trim()).join(' -> ');
}

function groupLines(stage: Stage, group: ReplicaGroup): string[] {
  const { device, replicas, memory, placements } = group;
  const where = device.resource === null ? 'CPU' : `${device.product} [${device.resource}]`;
  const lines = [`    ${grouped(replicas)} x ${where}`];
  if (memory !== null) {
    const { modelsMiB, batchesMiB, marginMiB, usedMiB, freeMiB } = memory;
    const parts = `models ${whole(modelsMiB)} + batches ${whole(batchesMiB)} + margin ${whole(marginMiB)}`;
    lines.push(
      `      VRAM   ${memoryBar({ ...memory, totalMiB: device.totalMiB })} ${mib(usedMiB)} of ${mib(freeMiB)} free`,
    );
    lines.push(`             ${parts}`);
  }
  lines.push(`      batch  ${stage.roles.map((role) => `${role} ${group.batches[role] ?? 1}`).join(', ')}`);
  lines.push(
    `      rate   ${rate(group.framesPerSec)} ${memory === null ? 'per core' : `each, on ${counted(placements[0]?.cores ?? 0, 'core')}`}`,
  );
  lines.push(`      nodes  ${nodesText(placements, memory === null)}`);
  return lines;
}

function nodesText(placements: readonly Placement[], onCpu: boolean): string {
  const named = placements.slice(0, NAMED_NODES).map(({ node, count, threads, cores }) => {
    const workers = count > 1 ? ` x ${grouped(count)}` : '';
    const size = cores < threads ? `${Number(cores.toFixed(2))} of a core` : counted(threads, 'thread');
    return `${node}${workers}${onCpu ? ` (${size})` : ''}`;
  });
  const more = placements.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${counted(more, 'more node')}` : '');
}
