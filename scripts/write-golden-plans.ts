import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../test/fixtures/cli.ts';
import { clusters, huge } from '../test/fixtures/clusters/clusters.ts';
import { GOLDEN, planArgs, RECORDED, writeCluster } from '../test/golden/clusters/plan-args.ts';

// Writes the recorded clusters and their golden plans anew. Read the difference before it is committed.
for (const cluster of clusters()) {
  writeCluster(cluster, RECORDED);
  const text = await runCli(planArgs(cluster, RECORDED, 'text'));
  const json = await runCli(planArgs(cluster, RECORDED, 'json'));
  if (text.stderr !== '' || json.stderr !== '')
    throw new Error(`${cluster.name}: ${text.stderr}${json.stderr}`);
  writeFileSync(join(GOLDEN, `${cluster.name}.txt`), text.stdout);
  writeFileSync(
    join(GOLDEN, `${cluster.name}.json`),
    `${JSON.stringify(JSON.parse(json.stdout), null, 1)}\n`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'facefleet-huge-'));
try {
  writeCluster(huge(), folder);
  const { stdout, stderr } = await runCli(planArgs(huge(), folder, 'text'));
  if (stderr !== '') throw new Error(`huge: ${stderr}`);
  writeFileSync(join(GOLDEN, 'huge.txt'), stdout);
} finally {
  rmSync(folder, { recursive: true });
}
