import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { modelsNeed } from '../../../controller/plan/model/models-need.ts';
import { predictedSec } from '../../../controller/plan/model/predicted-time.ts';
import { type Plan, type PlanResult, plan } from '../../../controller/plan/plan.ts';
import type { PlanOptions, Problem } from '../../../controller/plan/problem.ts';
import { casesOf } from '../../fixtures/only-in-full.ts';
import { freeOptions, limitedOptions, randomNode, randomProblem } from '../../fixtures/random-problem.ts';

const RUNS = { numRuns: casesOf(5000) };
const SIZES = { roles: 5, nodes: 3, devicesOfNode: 3, maxBatch: 64 };
const problems = randomProblem(SIZES, freeOptions);
const limited = randomProblem({ ...SIZES, nodes: 4 }, limitedOptions);

/** Predicted seconds; infinite when there is no plan. */
function secOf(result: PlanResult, options: PlanOptions): number {
  if (result.outcome !== 'planned') return Number.POSITIVE_INFINITY;
  return predictedSec(
    result.passes.map(({ stages }) => stages.map(({ framesPerSec }) => framesPerSec)),
    options,
  );
}

function checkMemory({ passes }: Plan, { roles, options }: Problem): void {
  for (const { roles: names, groups } of passes.flatMap(({ stages }) => stages)) {
    const needs = roles.filter(({ role }) => names.includes(role));
    for (const { device, batches, memory } of groups) {
      if (memory === null) continue;
      let needMiB = modelsNeed(needs) + options.marginMiB;
      for (const { role, device: on, vramPerBatchMiB, maxBatch } of needs) {
        assert.ok(Number.isInteger(batches[role]) && batches[role]! >= 1 && batches[role]! <= maxBatch);
        if (on === 'gpu') needMiB += vramPerBatchMiB * batches[role]!;
      }
      assert.ok(needMiB <= device.freeMiB * (1 + 1e-12), `${needMiB} MiB on ${device.id}`);
      assert.ok(memory.usedMiB <= device.freeMiB && Math.abs(memory.usedMiB - needMiB) < 1e-6);
    }
  }
}

/** No device holds two workers of a pass, and there are no more workers than devices and allowed. */
function checkDevices({ passes }: Plan, { nodes, options }: Problem): void {
  for (const { stages } of passes) {
    let replicas = 0;
    const used = new Map<string, number>();
    for (const group of stages.flatMap(({ groups }) => groups)) {
      assert.equal(
        group.replicas,
        group.placements.reduce((sum, { count }) => sum + count, 0),
      );
      replicas += group.replicas;
      if (group.device.resource === null) continue;
      for (const { node, count } of group.placements) used.set(node, (used.get(node) ?? 0) + count);
    }
    for (const [name, count] of used) {
      assert.ok(count <= nodes.find((node) => node.name === name)!.gpus[0]!.count, `devices of ${name}`);
    }
    assert.ok(options.maxReplicas === null || replicas <= options.maxReplicas);
  }
}

/** Every frame meets every role once, in flow order, and every stage is as fast as it says. */
function checkPath({ passes }: Plan, { roles }: Problem): void {
  const stages = passes.flatMap(({ stages: ofPass }) => ofPass);
  assert.deepEqual(
    stages.flatMap((stage) => stage.roles),
    roles.map(({ role }) => role),
  );
  for (const { groups, roles: names, replicas } of stages) {
    assert.ok(replicas > 0);
    for (const { batches } of groups) assert.deepEqual(Object.keys(batches), names);
  }
  for (const { framesPerSec, bottleneck, stages: ofPass } of passes) {
    assert.ok(framesPerSec > 0 && framesPerSec <= ofPass[bottleneck]!.framesPerSec);
    assert.ok(ofPass.every((stage) => stage.framesPerSec >= ofPass[bottleneck]!.framesPerSec));
  }
}

test('no device is over-committed, every role is met once in flow order, refusals name true shortfalls', () => {
  fc.assert(
    fc.property(limited, (problem) => {
      const result = plan(problem);
      if (result.outcome === 'planned') {
        checkMemory(result, problem);
        checkDevices(result, problem);
        checkPath(result, problem);
        assert.ok(
          result.reasons.every(({ code, sentence }) => /^[A-Z][A-Za-z]+$/.test(code) && sentence !== ''),
        );
        return;
      }
      assert.equal(result.outcome, 'refused');
      const { shortfalls } = result as Extract<PlanResult, { outcome: 'refused' }>;
      assert.ok(shortfalls.length > 0);
      const freeMiB = Math.max(...problem.nodes.map(({ gpus }) => gpus[0]!.freeMiB));
      for (const { role, needMiB, bestFreeMiB, node } of shortfalls) {
        const need = problem.roles.find((one) => one.role === role)!;
        assert.equal(needMiB, need.vramMiB + need.vramPerBatchMiB + problem.options.marginMiB);
        assert.ok(needMiB > bestFreeMiB);
        assert.equal(bestFreeMiB, freeMiB);
        assert.equal(problem.nodes.find(({ name }) => name === node)!.gpus[0]!.freeMiB, freeMiB);
      }
    }),
    RUNS,
  );
});

test('the same problem gives the same plan, in whatever order its nodes stand', () => {
  fc.assert(
    fc.property(limited, fc.integer(), (problem, turn) => {
      const first = plan(problem);
      assert.deepEqual(plan(structuredClone(problem)), first);
      const at = Math.abs(turn) % problem.nodes.length;
      const nodes = [...problem.nodes.slice(at), ...problem.nodes.slice(0, at)].reverse();
      assert.deepEqual(plan({ ...problem, nodes }), first);
    }),
    RUNS,
  );
});

test('a GPU more never makes it slower', () => {
  fc.assert(
    fc.property(problems, randomNode(1), fc.nat(), (problem, extra, where) => {
      const before = secOf(plan(problem), problem.options);
      const nodes = [...problem.nodes, { ...extra, name: 'another' }];
      const after = secOf(plan({ ...problem, nodes }), problem.options);
      assert.ok(after <= before * (1 + 1e-9), `${after} > ${before}`);
      // and one more of a kind that is there
      const more = problem.nodes.map((node, i) =>
        i === where % problem.nodes.length
          ? { ...node, gpus: node.gpus.map((gpu) => ({ ...gpu, count: gpu.count + 1 })) }
          : node,
      );
      const again = secOf(plan({ ...problem, nodes: more }), problem.options);
      assert.ok(again <= before * (1 + 1e-9), `${again} > ${before}`);
    }),
    RUNS,
  );
});

test('a plugin less never makes it slower', () => {
  fc.assert(
    fc.property(problems, fc.nat(), (problem, which) => {
      if (problem.roles.length === 1) return;
      const before = secOf(plan(problem), problem.options);
      const roles = problem.roles.filter((_, i) => i !== which % problem.roles.length);
      const after = secOf(plan({ ...problem, roles }), problem.options);
      assert.ok(after <= before * (1 + 1e-9), `${after} > ${before}`);
    }),
    RUNS,
  );
});
