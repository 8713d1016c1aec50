import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  CoordinationV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1PolicyRule,
} from '@kubernetes/client-node';
import { KUEUE } from '../../controller/reconcile/labels.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { auditedCalls } from '../servers/audited-calls.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { untilServed } from './api-answers.ts';
import { type ControllerRules, chartRules } from './controller-account.ts';
import type { ControllerProcess } from './controller-process.ts';
import { Testbed } from './testbed.ts';

/** One verb of one resource. */
interface Right {
  readonly part: keyof ControllerRules;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

const rules = withoutKube === false ? await chartRules() : null;

suite('The rights that the chart gives the controller', { skip: withoutKube }, () => {
  let bed: Testbed;
  let controller: ControllerProcess;
  let photos: string;
  let count = 0;

  before(async () => {
    bed = await Testbed.open({ plane: { audit: true } });
    photos = await smallPhotos(join(bed.folder, 'photos'), 6);
    await bed.nodes.add({ name: 'gpu-1', gpus: { product: 'Tesla-T4', memoryMiB: 15360, count: 1 } });
    controller = await bed.controller('controller');
  });

  after(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  /** An extraction that needs everything that the controller does: it ends, and is deleted by the controller. */
  const useAll = async (): Promise<string> => {
    const name = `all-${count++}`;
    const spec = {
      source: { address: photos },
      output: { address: join(bed.folder, name), sizePx: 64 },
      maskers: [{ plugin: 'components' }],
      ttlSecondsAfterFinished: 1,
      podTemplate: { volumes: bed.volumes },
    };
    await bed.create(name, spec, { labels: { [KUEUE.queue]: 'faces' } });
    return name;
  };

  /** As Kueue does with the pods of a group. */
  const hold = async (name: string): Promise<void> => {
    const isWorker = ({ metadata }: V1Pod): boolean => metadata?.labels?.[KUEUE.group] !== undefined;
    const worker = async (): Promise<V1Pod | undefined> => (await bed.pods(name)).find(isWorker);
    await untilServed('it has a worker', async () => (await worker()) !== undefined);
    const at = { name: (await worker())!.metadata!.name!, namespace: bed.namespace };
    const body = { metadata: { finalizers: [KUEUE.finalizer] } };
    await bed.core.patchNamespacedPod(
      { ...at, body },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  };

  /** Its first job is not needed any more. */
  const replan = async (name: string): Promise<void> => {
    await bed.when(name, 'has a plan', ({ status }) => status?.plan !== undefined);
    await bed.change(name, { planning: { device: 'cpu' } });
  };

  const removeLease = async (): Promise<void> => {
    const leases = bed.cluster.config().makeApiClient(CoordinationV1Api);
    await leases.deleteNamespacedLease({ name: 'facefleet-controller', namespace: bed.namespace });
  };

  test('are enough', async () => {
    await controller.start();
    await controller.ready();
    const name = await useAll();
    await hold(name);
    await untilServed('it has ended and is gone', async () => !(await bed.exists(name)));
    assert.equal(await controller.end(), 0);
    if (bed.cluster.auditLog === null) return;
    const calls = await auditedCalls(bed.cluster.auditLog);
    const own = calls.filter(({ user }) => user === controller.account.user);
    assert.ok(own.length > 0);
    assert.deepEqual(
      own.filter(({ code }) => code === 403),
      [],
    );
  });

  test('are all needed: without any of them the log names what is missing', async (t) => {
    for (const right of rightsOf(rules!)) {
      const text = `${right.verb} ${right.resource}`;
      await t.test(text, async () => {
        await controller.account.allow(without(rules!, right));
        const before = controller.logged.length;
        if (text === 'create leases') await removeLease();
        await controller.start();
        const name = await useAll();
        if (text === 'delete configmaps') await replan(name);
        if (text === 'patch pods') await hold(name);
        const names = new RegExp(`${right.verb}[^\\n]*${right.resource}`);
        await untilServed(
          `the log names ${text}`,
          async () => names.test(controller.logged.slice(before)),
          60_000,
        );
        await controller.end();
        await controller.account.allow(rules!);
        await controller.start();
        await untilServed('it goes on', async () => !(await bed.exists(name)));
        await controller.end();
      });
    }
  });
});

function rightsOf(all: ControllerRules): Right[] {
  return (['cluster', 'namespaced', 'lease'] as const).flatMap((part) =>
    all[part].flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => ({ part, group, resource, verb }))),
      ),
    ),
  );
}

/** The rules but for one right. */
function without(all: ControllerRules, { part, group, resource, verb }: Right): ControllerRules {
  const one = (rule: V1PolicyRule): V1PolicyRule[] => {
    if (!rule.apiGroups?.includes(group) || !rule.resources?.includes(resource)) return [rule];
    const rest = rule.resources.filter((each) => each !== resource);
    const verbs = rule.verbs.filter((each) => each !== verb);
    return [
      ...(rest.length > 0 ? [{ ...rule, resources: rest }] : []),
      ...(verbs.length > 0 ? [{ ...rule, resources: [resource], verbs }] : []),
    ];
  };
  return { ...all, [part]: all[part].flatMap(one) };
}
