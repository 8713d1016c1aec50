import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, it } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { EventRecorder } from '../../../controller/k8s/event-recorder.ts';
import { KubeClient } from '../../../controller/k8s/kube-client.ts';
import type { KubeEvent } from '../../../controller/k8s/kube-resource.ts';
import { extractionOf } from '../../fixtures/extraction-resource.ts';

const made: KubeEvent[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  made.push(JSON.parse(body));
  response.writeHead(201, { 'content-type': 'application/json' }).end(body);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const config = new KubeConfig();
config.loadFromClusterAndUser(
  { name: 'c', server: address, skipTLSVerify: true },
  { name: 'u', token: 'secret' },
);
const client = new KubeClient({ config, namespace: 'media', server: address });
after(() => {
  client.close();
  server.closeAllConnections();
  server.close();
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
