import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameWork } from '../../../../controller/api/frame-work.ts';
import { parseProfile } from '../../../../controller/api/profile-file.ts';
import { builtInProfiles } from '../../../../models/profiles/built-in.ts';
import { problemOf } from '../../../fixtures/plan-problem.ts';

const cpu = (family: string): Record<string, string> => ({
  'feature.node.kubernetes.io/cpu-model.vendor_id': 'Intel',
  'feature.node.kubernetes.io/cpu-model.family': family,
  'feature.node.kubernetes.io/cpu-model.id': '167',
});
const cluster = (...labels: readonly Record<string, string>[]) =>
  problemOf({ nodes: labels.map((own, i) => ({ name: `n${i}`, labels: own })) }).nodes;
const profile = (product: string, frameCoreSec: number) =>
  parseProfile({ product, provider: 'cpu', onnxruntime: '1', frameCoreSec, models: [] }, 'x');

test('work on frames is measured where every node has the CPU of a profile, else guessed', () => {
  const profiles = [profile('Intel-6-167', 0.04), profile('Intel-7-167', 0.02), profile('Intel-7-167', 0.03)];
  assert.deepEqual(frameWork(profiles, cluster(cpu('6'))), { coreSec: 0.04, origin: 'measured' });
  assert.deepEqual(frameWork(profiles, cluster(cpu('7'))), { coreSec: 0.03, origin: 'measured' });
  assert.deepEqual(frameWork(profiles, cluster(cpu('7'), {})), { coreSec: 0.03, origin: 'guessed' });
  assert.deepEqual(frameWork(profiles, cluster({})), { coreSec: 0.04, origin: 'guessed' });
  assert.deepEqual(frameWork(profiles, []), { coreSec: 0.04, origin: 'guessed' });
  assert.equal(frameWork([], cluster(cpu('6'))), null);
  assert.equal(frameWork(builtInProfiles(), cluster(cpu('6')))?.origin, 'measured');
});
