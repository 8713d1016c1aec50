import type { Plan, ReplicaGroup } from '../../plan/plan.ts';
import type { RoleNeed } from '../../plan/problem.ts';
import type { MemoryLesson } from '../stored-job.ts';

/** The lessons with one more; of two about the same stage the later one counts. */
export function learn(lessons: readonly MemoryLesson[], lesson: MemoryLesson): readonly MemoryLesson[] {
  const about = lesson.roles.join();
  return [...lessons.filter(({ roles }) => roles.join() !== about), lesson];
}

/** What roles need after what was learned: smaller batches on GPUs, more memory for a thread on CPUs. */
export function needsAfter(roles: readonly RoleNeed[], lessons: readonly MemoryLesson[]): RoleNeed[] {
  return roles.map((need) => {
    const cap = mostOf(need.role, lessons);
    return {
      ...need,
      batch: Math.min(need.batch, cap),
      maxBatch: Math.min(need.maxBatch, cap),
      memoryMiB: need.memoryMiB * factor(lessons),
    };
  });
}

/** The plan with batches that keep to what was learned; itself when nothing was. */
export function planAfter(plan: Plan, lessons: readonly MemoryLesson[]): Plan {
  if (lessons.length === 0) return plan;
  const capped = (group: ReplicaGroup): ReplicaGroup => {
    const batches = Object.entries(group.batches).map(([role, batch]): [string, number] => [
      role,
      Math.min(batch, mostOf(role, lessons)),
    ]);
    return { ...group, batches: Object.fromEntries(batches) };
  };
  const passes = plan.passes.map((pass) => ({
    ...pass,
    stages: pass.stages.map((stage) => ({ ...stage, groups: stage.groups.map(capped) })),
  }));
  return { ...plan, passes };
}

/** Host memory of one thread of a CPU worker, which runs all roles, MiB. */
export function threadMemoryMiB(
  roles: readonly Pick<RoleNeed, 'memoryMiB'>[],
  lessons: readonly MemoryLesson[],
): number {
  return factor(lessons) * roles.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
}

function factor(lessons: readonly MemoryLesson[]): number {
  return Math.max(1, ...lessons.map(({ threadMemoryFactor }) => threadMemoryFactor));
}

function mostOf(role: string, lessons: readonly MemoryLesson[]): number {
  return Math.min(...lessons.map(({ batches }) => batches[role] ?? Number.POSITIVE_INFINITY));
}
