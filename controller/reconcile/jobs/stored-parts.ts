import { z } from 'zod';
import type { Plan } from '../../plan/plan.ts';
import type { StoredJob } from '../stored-job.ts';

const index = z.number().int().min(0);
const amount = z.number().min(0);

const lanePlace = z.strictObject({
  pass: index,
  stage: index,
  replica: index,
  node: z.string().min(1),
  resource: z.string().min(1).nullable(),
  product: z.string(),
  cores: amount,
  memoryMiB: amount,
});

const memoryLesson = z.strictObject({
  roles: z.array(z.string()),
  batches: z.record(z.string(), z.number().int().min(1)),
  threadMemoryFactor: z.number().min(1),
});

/** As much of a plan as tells that it is one; the name of its ConfigMap tells that it is whole. */
const plan = z.looseObject({
  outcome: z.literal('planned'),
  policy: z.enum(['fleet', 'compat']),
  passes: z.array(z.looseObject({ stages: z.array(z.looseObject({ groups: z.array(z.looseObject({})) })) })),
  reasons: z.array(z.looseObject({ code: z.string(), sentence: z.string() })),
});

const parts = z.strictObject({
  revision: z.number().int().min(1),
  generation: index,
  plan,
  places: z.array(lanePlace),
  lessons: z.array(memoryLesson).exactOptional(),
});

/** Checks what is stored beside a job. @throws Error that says what is wrong */
export function storedParts(content: unknown): Omit<StoredJob, 'name' | 'job'> {
  const parsed = parts.safeParse(content);
  if (parsed.success) return { ...parsed.data, plan: parsed.data.plan as unknown as Plan };
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
}
