import { counted, mib } from '../explain/format-numbers.ts';
import { coreChoices } from '../model/core-choices.ts';
import { finishedPass } from '../model/finished-pass.ts';
import { rateOnCore } from '../model/rated-role.ts';
import type { PlanResult, Reason, ReplicaGroup, Shortfall } from '../plan.ts';
import type { NodeCapacity, PlanOptions, Problem } from '../problem.ts';
import { byText } from './by-text.ts';
import { LeftOut } from './left-out.ts';
import { frameReasons, short } from './reasons.ts';
import type { UsableDevices } from './usable-devices.ts';

/** A worker with less of a core is not worth its memory; and what is left of a node after subtractions of fractions may be next to nothing. */
const LEAST_CORES = 0.01;

/** A node's worth in CPU work. */
interface CpuNode {
  readonly node: string;
  readonly cores: number;
}

/**
 * Plans CPUs: every node runs one worker with all roles and a thread for each core that its memory allows, in one pass, in batches of
 * one. A node's rate is its cores / Σ core seconds per frame.
 */
export function planOnCpus(
  { id, policy, roles, options }: Problem,
  { nodes, leftOut: unusable }: UsableDevices,
): PlanResult {
  const memoryMiB = roles.reduce((sum, role) => sum + role.memoryMiB, 0);
  const able = nodes
    .map((node): CpuNode => ({ node: node.name, cores: usableCores(node, memoryMiB, options) }))
    .filter(({ cores }) => cores > 0)
    .sort((a, b) => b.cores - a.cores || byText(a.node, b.node));
  const leftOut = [...unusable, ...tooSmall(nodes, memoryMiB, options)];
  if (able.length === 0) {
    const shortfalls = memoryShortfalls(
      roles.map(({ role }) => role),
      nodes,
      memoryMiB,
    );
    return { outcome: 'refused', id, policy, shortfalls, reasons: leftOut };
  }
  const rated = rateOnCore(roles);
  const secPerFrame = rated.reduce(
    (sum, { curve }) => sum + curve[0]!.secPerFrame,
    options.frameWork?.coreSec ?? 0,
  );
  const used = enoughNodes(able, secPerFrame, options).sort((a, b) => byText(a.node, b.node));
  const cores = used.reduce((sum, node) => sum + node.cores, 0);
  const group: ReplicaGroup = {
    device: { id: 'cpu', resource: null, product: 'cpu', totalMiB: 0, freeMiB: 0, sharing: { kind: 'none' } },
    replicas: used.length,
    batches: Object.fromEntries(roles.map(({ role }) => [role, 1])),
    memory: null,
    framesPerSec: 1 / secPerFrame,
    placements: used.map((one) => ({
      node: one.node,
      count: 1,
      threads: Math.ceil(one.cores),
      cores: one.cores,
    })),
  };
  const framesPerSec = cores / secPerFrame;
  const stage = {
    roles: roles.map(({ role }) => role),
    device: 'cpu',
    groups: [group],
    replicas: used.length,
    framesPerSec,
  } as const;
  const pass = finishedPass([stage], options);
  const origins = Object.fromEntries(rated.map(({ need, origin }) => [need.role, `speed ${origin}`]));
  const reasons: readonly Reason[] = [
    ...leftOut,
    {
      code: 'OnCpus',
      numbers: { nodes: used.length, cores, memoryMiBPerThread: memoryMiB },
      sentence: `All roles run on ${counted(Number(cores.toFixed(2)), 'core')} of ${counted(used.length, 'node')} in one pass, ${short(memoryMiB)} MiB for each thread.`,
    },
    {
      code: 'NumbersFrom',
      numbers: origins,
      sentence: `On cores: ${Object.entries(origins)
        .map(([role, origin]) => `${role}: ${origin}`)
        .join('; ')}.`,
    },
    ...frameReasons(options),
  ];
  return {
    outcome: 'planned',
    id,
    policy,
    passes: [pass],
    framesPerSec: pass.framesPerSec,
    durationSec: pass.durationSec,
    reasons,
    seed: null,
  };
}

/** Cores of a node that can run all roles: whole ones, or the part of one. Unknown cores count as those its GPU workers may ask for. */
function usableCores(node: NodeCapacity, memoryMiB: number, options: PlanOptions): number {
  const devices = node.gpus.reduce((sum, { count }) => sum + count, 0);
  const cores = node.cores ?? Math.max(1, devices * coreChoices(options).at(-1)!);
  const threads = node.memoryMiB === null || memoryMiB === 0 ? cores : Math.floor(node.memoryMiB / memoryMiB);
  const usable = Math.min(cores, threads);
  if (usable < LEAST_CORES) return 0;
  return usable < 1 ? usable : Math.floor(usable);
}

/** Unknown cores are taken for some. */
function hasCores({ cores }: NodeCapacity): boolean {
  return cores === null || cores >= LEAST_CORES;
}

/** Why nodes run no thread. */
function tooSmall(
  nodes: readonly NodeCapacity[],
  memoryMiB: number,
  options: PlanOptions,
): readonly Reason[] {
  const leftOut = new LeftOut();
  for (const node of nodes) {
    if (usableCores(node, memoryMiB, options) > 0) continue;
    const sentence = !hasCores(node)
      ? 'no core is free'
      : `less memory is free than the ${mib(memoryMiB)} of one thread`;
    leftOut.add('NodeTooSmall', sentence, node.name, 1, () => sentence);
  }
  return leftOut.reasons();
}

/** Largest nodes first, until the limit on workers or the conductor's feed is reached. */
function enoughNodes(able: readonly CpuNode[], secPerFrame: number, options: PlanOptions): CpuNode[] {
  const { maxReplicas, feedFramesPerSec } = options;
  const used: CpuNode[] = [];
  let framesPerSec = 0;
  for (const node of able) {
    if (used.length === maxReplicas || (feedFramesPerSec !== null && framesPerSec >= feedFramesPerSec)) break;
    used.push(node);
    framesPerSec += node.cores / secPerFrame;
  }
  return used;
}

function memoryShortfalls(
  roles: readonly string[],
  nodes: readonly NodeCapacity[],
  needMiB: number,
): readonly Shortfall[] {
  const [best] = nodes
    .filter(hasCores)
    .sort((a, b) => (b.memoryMiB ?? 0) - (a.memoryMiB ?? 0) || byText(a.name, b.name));
  const place = { bestFreeMiB: best?.memoryMiB ?? 0, node: best?.name ?? null, what: 'memory' } as const;
  return roles.map((role) => ({ role, needMiB, ...place }));
}
