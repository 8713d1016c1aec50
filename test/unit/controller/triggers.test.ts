import assert from 'node:assert/strict';
import { it } from 'node:test';
import { KubeConfig, type V1Node, type V1Pod } from '@kubernetes/client-node';
import { pino } from 'pino';
import { KubeClient } from '../../../controller/k8s/kube-client.ts';
import { LABELS } from '../../../controller/reconcile/labels.ts';
import { Caches } from '../../../controller/runtime/caches.ts';
import { connectTriggers } from '../../../controller/runtime/triggers.ts';
import { extractionOf } from '../../fixtures/extraction-resource.ts';

const log = pino({ level: 'silent' });
// never asked: the caches get what the test puts into them
const client = new KubeClient({ config: new KubeConfig(), namespace: 'media', server: 'http://127.0.0.1' });

function node(version: number, ready: boolean): V1Node {
  return {
    metadata: { name: 'gpu-1', uid: 'uid-of-gpu-1', resourceVersion: String(version) },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

it('an extraction is looked at when a node of its pods is ready or not, and when it goes', () => {
  const caches = new Caches({ client, namespace: null, log });
  const looked: string[] = [];
  const looks = (): string[] => looked.splice(0);
  let plans = 0;
  connectTriggers(caches, {
    look: (key) => looked.push(key),
    plan: () => {
      plans += 1;
    },
    nodesChanged() {},
    gone() {},
  });
  const extraction = extractionOf();
  caches.extractions.cache.accept(extraction);
  const pod: V1Pod = {
    metadata: {
      name: 'holiday-conductor',
      namespace: 'media',
      uid: 'uid-of-pod',
      resourceVersion: '2',
      labels: { [LABELS.uid]: extraction.metadata.uid, [LABELS.component]: 'conductor' },
    },
    spec: { nodeName: 'gpu-1', containers: [] },
  };
  caches.nodes.cache.accept(node(1, true));
  caches.pods.cache.accept(pod);
  looks();
  caches.nodes.cache.accept({ ...node(3, true), spec: { unschedulable: true } });
  assert.deepEqual(looks(), [], 'what its pods do not notice');
  caches.nodes.cache.accept(node(4, false));
  assert.deepEqual(looks(), ['media/holiday']);
  caches.nodes.cache.remove(node(5, false));
  assert.deepEqual(looks(), ['media/holiday'], 'one that was not ready before, either');
  assert.equal(plans, 6);
});
