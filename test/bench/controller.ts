import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ControlSchema } from '../../proto/gen/facefleet/v1/control_pb.ts';
import { untilServed } from '../cluster/api-answers.ts';
import type { ControllerProcess } from '../cluster/controller-process.ts';
import { FakeNodes } from '../cluster/fake-nodes.ts';
import { histogramQuantile } from '../cluster/histogram-quantile.ts';
import { NullKubelet } from '../cluster/null-kubelet.ts';
import { Testbed } from '../cluster/testbed.ts';
import { withOneAgent } from '../fixtures/one-agent.ts';
import { type AuditedCall, auditedCalls, isWrite } from '../servers/audited-calls.ts';
import { withoutKube } from '../servers/kube-programs.ts';

// How much the controller does for many extractions: npm run bench:controller. Nodes and kubelet are fake, and nothing is extracted; API
// server, controller-manager, scheduler and controller are real. Exits with 1 when an idle extraction costs a write a minute or more.
const USAGE = 'npm run bench:controller -- [--extractions N] [--workers N] [--nodes N] [--idle SECONDS]';
const GPUS_PER_NODE = 8;
const AT_A_TIME = 16;
const STEADY_WITHIN_MS = 30 * 60_000;
const REPORT_EVERY_MS = 1000;

/** What every conductor says that it has done. */
let frames = 0;

interface Sizes {
  readonly extractions: number;
  readonly workers: number;
  readonly nodes: number;
  readonly idleSeconds: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  if (withoutKube !== false) {
    console.log(`skipped: ${withoutKube}`);
    return 0;
  }
  const sizes = options();
  // nodes that are heard of once are ready for good
  const plane = { audit: true, nodeGraceSeconds: 24 * 3600 };
  await using bed = await Testbed.open({ plane });
  const { auditLog } = bed.cluster;
  if (auditLog === null) throw new Error('API calls can be counted on a control plane of its own only');
  const config = withOneAgent(bed.cluster.config());
  const nodes = new FakeNodes(config, {
    beatMs: 3_600_000,
    labels: bed.planning().nodeSelector as Record<string, string>,
  });
  const kubelet = new NullKubelet(config);
  bed.atEnd(() => kubelet.end());
  await each(sizes.nodes, async (i) => {
    const gpus = { product: 'Tesla-T4', memoryMiB: 15_360, count: GPUS_PER_NODE };
    await nodes.add({ name: `gpu-${i}`, gpus, cpus: 64, memoryGiB: 256 });
  });
  console.log(`${sizes.nodes} nodes × ${GPUS_PER_NODE} GPUs are ready`);
  const controller = await bed.controller('controller');
  await controller.start();
  await controller.ready();

  const startMs = Date.now();
  await each(sizes.extractions, async (i) => {
    await bed.create(`load-${i}`, {
      source: { address: `s3://bucket/source-${i}` },
      output: { address: `s3://bucket/output-${i}` },
      planning: { maxReplicas: sizes.workers },
    });
  });
  console.log(`${sizes.extractions} extractions made in ${seconds(startMs)} s`);
  const pods = sizes.extractions * (sizes.workers + 1);
  await untilServed(
    `${pods} pods are ready`,
    async () => {
      const ready = kubelet.ready;
      process.stdout.write(`\r${ready} of ${pods} pods are ready`);
      return ready >= pods;
    },
    STEADY_WITHIN_MS,
  );
  console.log(`\nsteady state after ${seconds(startMs)} s`);
  const steady = await usage(controller, auditLog, startMs);
  print('until steady', steady, sizes);

  await sleep(5000);
  const idleMs = Date.now();
  await sleep(sizes.idleSeconds * 1000);
  const idle = await usage(controller, auditLog, idleMs);
  print(`idle for ${sizes.idleSeconds} s`, idle, sizes);

  const connection = await connect({ servers: bed.nats.url });
  const uids = await Promise.all(
    Array.from({ length: sizes.extractions }, async (_, i) => (await bed.read(`load-${i}`)).metadata.uid),
  );
  const reports = setInterval(() => report(connection, uids), REPORT_EVERY_MS);
  await sleep(5000);
  const busyMs = Date.now();
  await sleep(sizes.idleSeconds * 1000);
  const busy = await usage(controller, auditLog, busyMs);
  clearInterval(reports);
  await connection.close();
  print(`with progress every second for ${sizes.idleSeconds} s`, busy, sizes);

  const writesPerMinute = (idle.writes / sizes.extractions / sizes.idleSeconds) * 60;
  console.log(`idle: ${writesPerMinute.toFixed(2)} writes per extraction and minute (limit: less than 1)`);
  return writesPerMinute < 1 ? 0 : 1;
}

function options(): Sizes {
  const { values } = parseArgs({
    options: {
      extractions: { type: 'string', default: '200' },
      workers: { type: 'string', default: '20' },
      nodes: { type: 'string', default: '500' },
      idle: { type: 'string', default: '60' },
    },
  });
  const whole = (name: keyof typeof values): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} ${values[name]}\n${USAGE}`);
    return value;
  };
  return {
    extractions: whole('extractions'),
    workers: whole('workers'),
    nodes: whole('nodes'),
    idleSeconds: whole('idle'),
  };
}

/** Does something for 0 … count - 1, some at a time. */
async function each(count: number, act: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, one));
}

interface Usage {
  readonly calls: number;
  readonly writes: number;
  readonly byKind: ReadonlyMap<string, number>;
  readonly reconcileMs: { readonly p50: number; readonly p99: number };
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
}

async function usage(controller: ControllerProcess, auditLog: string, sinceMs: number): Promise<Usage> {
  const metrics = await controller.metrics();
  const own = (await auditedCalls(auditLog)).filter(
    ({ user, atMs, resource }) =>
      user === controller.account.user && atMs >= sinceMs && resource !== 'leases',
  );
  const byKind = new Map<string, number>();
  for (const call of own) {
    const kind = kindOf(call);
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  }
  const quantile = (q: number): number =>
    1000 * histogramQuantile(metrics, 'facefleet_controller_reconcile_seconds', q);
  const value = (name: string): number => Number(new RegExp(`^${name} (.+)$`, 'm').exec(metrics)?.[1]);
  return {
    calls: own.length,
    writes: own.filter(isWrite).length,
    byKind,
    reconcileMs: { p50: quantile(0.5), p99: quantile(0.99) },
    cpuSeconds: value('process_cpu_seconds_total'),
    memoryMiB: value('process_resident_memory_bytes') / 2 ** 20,
  };
}

function kindOf({ verb, resource }: AuditedCall): string {
  return `${verb} ${resource}`;
}

function print(
  what: string,
  { calls, writes, byKind, reconcileMs, cpuSeconds, memoryMiB }: Usage,
  sizes: Sizes,
): void {
  const { extractions } = sizes;
  console.log(
    `${what}: ${(calls / extractions).toFixed(2)} API calls per extraction (Lease apart), ${(writes / extractions).toFixed(2)} of them writes`,
  );
  const kinds = [...byKind].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  console.log(`  ${kinds.join(', ')}`);
  console.log(
    `  so far: reconcile p50 ${reconcileMs.p50.toFixed(1)} ms, p99 ${reconcileMs.p99.toFixed(1)} ms; ${cpuSeconds.toFixed(1)} s of CPU, ${memoryMiB.toFixed(0)} MiB`,
  );
}

/** What all conductors would say. */
function report(connection: NatsConnection, uids: readonly string[]): void {
  frames += 50;
  for (const extraction of uids) {
    const message = create(ControlSchema, {
      extraction,
      pass: 0,
      order: { case: 'run', value: {} },
      progress: { total: 1_000_000, frames, carried: 0, faces: 2 * frames, failed: 0 },
    });
    connection.publish(`facefleet.${extraction}.say.control`, toBinary(ControlSchema, message));
  }
}

function seconds(sinceMs: number): string {
  return ((Date.now() - sinceMs) / 1000).toFixed(1);
}
