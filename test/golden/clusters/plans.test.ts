import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../../fixtures/cli.ts';
import { clusters, huge } from '../../fixtures/clusters/clusters.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { GOLDEN, planArgs, RECORDED, writeCluster } from './plan-args.ts';

const folder = scratch();
const read = (path: string): string => readFileSync(path, 'utf8');
const refused = new Set(['scaled-to-zero']);

for (const cluster of clusters()) {
  const { name } = cluster;

  test(`${name}: the plan is the one that was read`, async () => {
    const text = await runCli(planArgs(cluster, RECORDED, 'text'));
    assert.equal(text.stderr, '');
    assert.equal(text.code, refused.has(name) ? 1 : 0);
    assert.equal(text.stdout, read(join(GOLDEN, `${name}.txt`)));
    const json = await runCli(planArgs(cluster, RECORDED, 'json'));
    assert.deepEqual(JSON.parse(json.stdout), JSON.parse(read(join(GOLDEN, `${name}.json`))));
  });

  test(`${name}: the recorded files are those that the fixture makes`, () => {
    writeCluster(cluster, folder);
    for (const ending of ['yaml', 'nodes.json', 'pods.json']) {
      assert.equal(read(join(RECORDED, `${name}.${ending}`)), read(join(folder, `${name}.${ending}`)));
    }
  });
}

test('huge: 1,000 nodes', async () => {
  writeCluster(huge(), folder);
  const { stdout, code, durationMs } = await runCli(planArgs(huge(), folder, 'text'));
  assert.equal(code, 0);
  assert.equal(stdout, read(join(GOLDEN, 'huge.txt')));
  assert.ok(durationMs < 30_000, `${durationMs} ms`);
});
