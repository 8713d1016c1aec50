import type { PlanErrorCode, SeedFacts } from '../plan.ts';
import type { RoleNeed, SeedMachine } from '../problem.ts';
import { floorDivision } from './floor-division.ts';
import { type SeedBatch, seedBatches } from './seed-batches.ts';
import { SEED_BUFFER_MIB, SEED_SCALING } from './seed-scaling.ts';

/** What the original would have died of, and what it had computed before. */
export interface SeedError {
  readonly error: PlanErrorCode;
  readonly facts: Omit<SeedFacts, 'batches'> | null;
}

/** Without an active GPU faceswap plans for this one, MiB. */
const NO_GPU = { freeMiB: 2048, totalMiB: 2048 };

/**
 * faceswap's planner of August 2020: phases by the scaled sum of their VRAM against the freest GPU, batches of the first phase cut to
 * what is left. Every float operation is in its order.
 */
export function seedPlan(
  roles: readonly RoleNeed[],
  machine: SeedMachine,
  backend: string,
  multiprocess: boolean,
): SeedFacts | SeedError {
  const { freeMiB: rawMiB } = machine.active > 0 ? machine : NO_GPU;
  const freeMiB = Math.trunc(rawMiB - SEED_BUFFER_MIB);
  const serial = !multiprocess || backend === 'amd';
  const scale = SEED_SCALING[countGpu(roles)];
  const totalRequiredMiB = scale === undefined || roles.length === 0 ? null : sumVram(roles) * scale;
  if (scale === undefined && !serial && machine.count > 0) return { error: 'ScalingTableEnds', facts: null };
  const parallel = multiprocess && (machine.count === 0 || (!serial && freeMiB > (totalRequiredMiB ?? 0)));
  const phases = cutPhases(roles, freeMiB, serial);
  if (phases === null) return { error: 'ScalingTableEnds', facts: null };
  const facts = {
    flow: names(roles),
    freeMiB,
    parallel,
    totalRequiredMiB,
    phases: phases.map(names),
    phaseMiB: phases.map(scaledVram),
  };
  const first = phases[0];
  if (first === undefined) return { error: 'EmptyFlow', facts };
  const batches = Object.fromEntries(roles.map(({ role, batch }) => [role, batch]));
  if (backend === 'nvidia') {
    const cut = cutBatches(first, freeMiB);
    if (typeof cut === 'string') return { error: cut, facts };
    Object.assign(batches, cut);
  }
  return { ...facts, batches };
}

/** Null when the scaling table ends. */
function cutPhases(roles: readonly RoleNeed[], freeMiB: number, serial: boolean): RoleNeed[][] | null {
  const phases: RoleNeed[][] = [];
  let current: RoleNeed[] = [];
  for (const role of roles) {
    const scale = SEED_SCALING[countGpu(current) + (role.vramMiB > 0 ? 1 : 0)];
    if (scale === undefined) return null;
    const fits = (sumVram(current) + role.vramMiB) * scale <= freeMiB;
    if (fits && !serial) current.push(role);
    else if (current.length === 0 || serial) phases.push([role]);
    else {
      phases.push(current);
      current = [role];
    }
  }
  if (current.length > 0) phases.push(current);
  return phases;
}

function cutBatches(
  phase: readonly RoleNeed[],
  freeMiB: number,
): Record<string, number> | 'EndlessLoop' | 'ZeroVramPerBatch' {
  const gpu = phase.filter(({ vramMiB }) => vramMiB > 0);
  if (gpu.length === 0) return {};
  const modelsMiB = scaledVram(gpu);
  const batchesMiB = phase.reduce((sum, { vramPerBatchMiB, batch }) => sum + vramPerBatchMiB * batch, 0);
  if (modelsMiB + batchesMiB <= freeMiB) return {};
  const plugins: readonly SeedBatch[] = gpu;
  const given = seedBatches(plugins, floorDivision(freeMiB - modelsMiB, gpu.length));
  if (typeof given === 'string') return given;
  return Object.fromEntries(gpu.map(({ role }, i) => [role, given[i]!]));
}

const names = (roles: readonly RoleNeed[]): string[] => roles.map(({ role }) => role);
const countGpu = (roles: readonly RoleNeed[]): number => roles.filter(({ vramMiB }) => vramMiB > 0).length;
const sumVram = (roles: readonly RoleNeed[]): number => roles.reduce((sum, { vramMiB }) => sum + vramMiB, 0);

/** Scaled sum of a phase's VRAM; its number of GPU plugins is in the table. */
function scaledVram(phase: readonly RoleNeed[]): number {
  return sumVram(phase) * SEED_SCALING[countGpu(phase)]!;
}
