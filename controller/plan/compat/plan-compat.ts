import { type DevicePool, usableDevices } from '../fleet/usable-devices.ts';
import { secPerFrameAt } from '../model/batch-curve.ts';
import { finishedPass } from '../model/finished-pass.ts';
import { type RatedRole, rateOnCore, rateOnGpu } from '../model/rated-role.ts';
import { deviceMemory, replicaFramesPerSec } from '../model/replica.ts';
import type { PlanErrorCode, PlanResult, Reason, ReplicaGroup, SeedFacts, Stage } from '../plan.ts';
import type { Problem, SeedMachine } from '../problem.ts';
import { seedPlan } from './seed-plan.ts';
import { SEED_BUFFER_MIB } from './seed-scaling.ts';

const SENTENCES: Record<PlanErrorCode, string> = {
  EmptyFlow: 'No plugin is selected; the original fails with an IndexError.',
  EndlessLoop: 'The original never returns from sizing these batches.',
  ScalingTableEnds: 'More than five GPU plugins share a phase; the original fails with a KeyError.',
  ZeroVramPerBatch: 'A GPU plugin needs no memory per item; the original fails with a ZeroDivisionError.',
};

/**
 * Plans as faceswap of August 2020 did, on the GPU with most free memory: its phases become passes of one stage, with its batches. Where
 * those take more memory than there is, the predicted rate is 0 and a reason says so.
 */
export function planCompat(problem: Problem): PlanResult {
  const { id, policy, roles, options, backend, multiprocess } = problem;
  const { pools } = usableDevices(problem.nodes, { ...options, workerCores: 0, workerMemoryMiB: 0 });
  const pool = freest(pools);
  const machine = problem.seedMachine ?? machineOf(problem, pools, pool);
  const seed = seedPlan(roles, machine, backend, multiprocess);
  if ('error' in seed) {
    const { error: code, facts } = seed;
    return { outcome: 'error', id, policy, code, sentence: SENTENCES[code], seed: facts };
  }
  const rated =
    pool === null ? rateOnCore(roles) : rateOnGpu(roles, { product: pool.device.product, speed: pool.speed });
  const reasons: Reason[] = [];
  const passes = seed.phases.map((phase) => {
    const stage = stageOf(
      rated.filter(({ need }) => phase.includes(need.role)),
      seed.batches,
      pool,
      problem,
    );
    if (stage.framesPerSec === 0) reasons.push(overCommits(stage));
    return finishedPass([stage], options);
  });
  return {
    outcome: 'planned',
    id,
    policy,
    passes,
    framesPerSec: 1 / passes.reduce((sum, { framesPerSec }) => sum + 1 / framesPerSec, 0),
    durationSec: passes.reduce<number | null>(
      (sum, { durationSec }) => (sum === null || durationSec === null ? null : sum + durationSec),
      0,
    ),
    reasons: [phasesReason(seed), ...reasons],
    seed,
  };
}

function freest(pools: readonly DevicePool[]): DevicePool | null {
  return pools.reduce<DevicePool | null>(
    (best, pool) => (best === null || pool.device.freeMiB > best.device.freeMiB ? pool : best),
    null,
  );
}

function machineOf({ nodes }: Problem, pools: readonly DevicePool[], best: DevicePool | null): SeedMachine {
  return {
    count: nodes.reduce(
      (sum, { gpus }) => sum + gpus.reduce((all, { count, busy }) => all + count + busy, 0),
      0,
    ),
    active: pools.reduce((sum, { count }) => sum + count, 0),
    freeMiB: best?.device.freeMiB ?? 0,
    totalMiB: best?.device.totalMiB ?? 0,
  };
}

function stageOf(
  rated: readonly RatedRole[],
  all: Readonly<Record<string, number>>,
  pool: DevicePool | null,
  { nodes, options }: Problem,
): Stage {
  const roles = rated.map(({ need }) => need.role);
  const batches = roles.map((role) => all[role]!);
  const byRole = Object.fromEntries(roles.map((role, i) => [role, batches[i]!]));
  if (pool === null) {
    const decodeSec = options.frameWork?.coreSec ?? 0;
    const framesPerSec =
      1 / rated.reduce((sum, { curve }, i) => sum + secPerFrameAt(curve, batches[i]!), decodeSec);
    const group: ReplicaGroup = {
      device: {
        id: 'cpu',
        resource: null,
        product: 'cpu',
        totalMiB: 0,
        freeMiB: 0,
        sharing: { kind: 'none' },
      },
      replicas: 1,
      batches: byRole,
      memory: null,
      framesPerSec,
      placements: [{ node: nodes[0]?.name ?? 'local', count: 1, threads: 1, cores: 1 }],
    };
    return { roles, device: 'cpu', groups: [group], replicas: 1, framesPerSec };
  }
  const memory = deviceMemory(rated, batches, pool.device.freeMiB, { marginMiB: SEED_BUFFER_MIB });
  const fits = memory.usedMiB <= memory.freeMiB;
  const framesPerSec = fits ? replicaFramesPerSec(rated, batches, options) : 0;
  const threads = Math.max(1, Math.floor(options.workerCores));
  const group: ReplicaGroup = {
    device: pool.device,
    replicas: 1,
    batches: byRole,
    memory,
    framesPerSec,
    placements: [{ node: pool.slots[0]!.node, count: 1, threads, cores: options.workerCores }],
  };
  return { roles, device: 'gpu', groups: [group], replicas: 1, framesPerSec };
}

function phasesReason({ phases, freeMiB, phaseMiB }: SeedFacts): Reason {
  const list = phases.map((phase, i) => `${phase.join('+')} ${phaseMiB[i]!.toFixed(1)} MiB`).join('; ');
  return {
    code: 'SeedPhases',
    numbers: { passes: phases.length, freeMiB },
    sentence: `Phases against ${freeMiB} MiB of the freest GPU: ${list}.`,
  };
}

function overCommits({ roles, groups }: Stage): Reason {
  const { usedMiB = 0, freeMiB = 0 } = groups[0]?.memory ?? {};
  return {
    code: 'OverCommits',
    numbers: { stage: roles.join('+'), usedMiB, freeMiB },
    sentence: `${roles.join('+')} needs ${usedMiB.toFixed(1)} of ${freeMiB} MiB: it would run out of memory.`,
  };
}
