import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import { EventRecorder } from '../../../controller/k8s/event-recorder.ts';
import type { KubeEvent } from '../../../controller/k8s/kube-resource.ts';
import { extractionOf } from '../../fixtures/extraction-resource.ts';
import { kubeClientOf } from '../../fixtures/kube-client-of.ts';

const made: KubeEvent[] = [];
const client = await kubeClientOf((_, response, body) => {
  made.push(JSON.parse(body));
  response.writeHead(201, { 'content-type': 'application/json' }).end(body);
});

it('Events of long names have names that the API server takes', async () => {
  const recorder = new EventRecorder({
    client,
    instance: 'test',
    log: pino({ level: 'silent' }),
    check() {},
    signal: new AbortController().signal,
  });
  const long = 'a'.repeat(229);
  const names = [
    'film',
    'my.film',
    `${long}-${'b'.repeat(20)}`,
    `${long.slice(2)}-.-${'b'.repeat(20)}`,
    `${long}.b`,
  ];
  for (const [i, name] of names.entries())
    recorder.note(extractionOf({ name, uid: `uid-${i}` }), {
      type: 'Normal',
      reason: 'Planned',
      message: 'x',
    });
  await recorder.flush();
  assert.equal(made.length, names.length);
  for (const [i, { metadata, involvedObject }] of made.entries()) {
    assert.match(metadata!.name!, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    assert.ok(metadata!.name!.length <= 253);
    assert.partialDeepStrictEqual(involvedObject, { name: names[i] });
  }
});
