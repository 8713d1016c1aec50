import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { KubeCall } from '../../../controller/k8s/kube-call.ts';
import { kubeFailure, parseStatusText } from '../../../controller/k8s/kube-failure.ts';
import { EXTRACTIONS, NODES, PODS } from '../../../controller/k8s/kube-resource.ts';

const create: KubeCall = { verb: 'create', resource: PODS, namespace: 'faces' };
const status = (parts: object): string => JSON.stringify({ kind: 'Status', status: 'Failure', ...parts });

function failureOf(call: KubeCall, code: number, text: string) {
  const { code: name, detail } = kubeFailure(call, code, parseStatusText(text), text);
  return { code: name, detail };
}

const ROWS: readonly (readonly [
  what: string,
  call: KubeCall,
  http: number,
  body: string,
  code: string,
  detail: RegExp,
])[] = [
  [
    'credentials',
    create,
    401,
    status({ message: 'Unauthorized' }),
    'FF7002',
    /create pods in namespace faces: Unauthorized/,
  ],
  [
    'a verb that a Role lacks',
    create,
    403,
    status({
      message:
        'pods is forbidden: User "system:serviceaccount:ops:facefleet" cannot create resource "pods" in API group "" in the namespace "faces"',
      reason: 'Forbidden',
      details: { kind: 'pods' },
    }),
    'FF7003',
    /system:serviceaccount:ops:facefleet lacks the verb "create" on the resource "pods" of API group ""; a Role in namespace faces/,
  ],
  [
    'a verb that a ClusterRole lacks',
    { verb: 'list', resource: NODES, namespace: null },
    403,
    status({
      message:
        'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope',
    }),
    'FF7003',
    /user u lacks the verb "list" on the resource "nodes" of API group ""; a ClusterRole has to give it/,
  ],
  [
    'a subresource',
    { verb: 'update', resource: EXTRACTIONS, namespace: 'faces', name: 'a', subresource: 'status' },
    403,
    status({
      message:
        'x is forbidden: User "u" cannot update resource "extractions/status" in API group "facefleet.dev"',
    }),
    'FF7003',
    /"extractions\/status" of API group "facefleet.dev"/,
  ],
  [
    'an owner that may not be blocked',
    create,
    403,
    status({
      message:
        'pods "a" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
    }),
    'FF7003',
    /lacks the verb "update" on the resource "extractions\/finalizers"/,
  ],
  [
    'a quota',
    create,
    403,
    status({ message: 'pods "a" is forbidden: exceeded quota: gpus, requested: 1, used: 4, limited: 4' }),
    'FF7007',
    /exceeded quota: gpus/,
  ],
  [
    'a namespace that ends',
    create,
    403,
    status({
      message: 'unable to create new content in namespace faces because it is being terminated',
      reason: 'Forbidden',
      details: {
        causes: [{ reason: 'NamespaceTerminating', message: 'namespace faces is being terminated' }],
      },
    }),
    'FF7005',
    /being terminated/,
  ],
  [
    'a definition that is missing',
    { verb: 'list', resource: EXTRACTIONS, namespace: null },
    404,
    '404 page not found',
    'FF7008',
    /extractions of facefleet.dev/,
  ],
  [
    'an object',
    { ...create, verb: 'get', name: 'a' },
    404,
    status({ message: 'pods "a" not found', details: { name: 'a' } }),
    'FF7005',
    /pods "a" not found/,
  ],
  [
    'one that is there',
    create,
    409,
    status({ message: 'already exists', reason: 'AlreadyExists' }),
    'FF7011',
    /already exists/,
  ],
  [
    'a conflict',
    create,
    409,
    status({ message: 'the object has been modified', reason: 'Conflict' }),
    'FF7004',
    /modified/,
  ],
  [
    'an old version',
    create,
    410,
    status({ message: 'too old resource version', reason: 'Expired' }),
    'FF7012',
    /too old/,
  ],
  ['too much', create, 429, 'Too many requests, please try again later.', 'FF7006', /Too many/],
  [
    'a field',
    create,
    422,
    status({
      message: 'Pod "a" is invalid: spec.containers: Required value',
      details: { name: 'a', causes: [{ field: 'spec.nodeName', message: 'Forbidden' }] },
    }),
    'FF7007',
    /spec.containers: Required value; spec.nodeName: Forbidden/,
  ],
  [
    'a server that fails',
    create,
    500,
    status({ message: 'etcdserver: request timed out' }),
    'FF7009',
    /HTTP 500: etcdserver/,
  ],
  ['a proxy', create, 502, '<html>Bad gateway</html>', 'FF7009', /HTTP 502: <html>/],
  ['nothing at all', create, 503, '', 'FF7009', /HTTP 503: HTTP 503/],
];

for (const [what, call, http, body, code, detail] of ROWS) {
  it(`${http}: ${what}`, () => {
    const failure = failureOf(call, http, body);
    assert.equal(failure.code, code);
    assert.match(failure.detail, detail);
  });
}
