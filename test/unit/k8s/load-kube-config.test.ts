import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { loadKubeConfig } from '../../../controller/k8s/load-kube-config.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const folder = scratch();

function config(
  name: string,
  parts: { server: string; namespace?: string; current?: boolean; user?: object },
): string {
  const { server, namespace, current = true, user = { token: `token of ${name}` } } = parts;
  const file = join(folder, `${name}.yaml`);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    ...(current && { 'current-context': name }),
    clusters: [{ name: 'shared', cluster: { server } }],
    contexts: [{ name, context: { cluster: 'shared', user: name, ...(namespace && { namespace }) } }],
    users: [{ name, user }],
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const one = config('one', { server: 'https://one:6443', namespace: 'faces' });
const two = config('two', { server: 'https://two:6443' });

it('--kubeconfig comes before KUBECONFIG', () => {
  const { server, namespace } = loadKubeConfig({ kubeconfig: one }, { KUBECONFIG: two });
  assert.deepEqual({ server, namespace }, { server: 'https://one:6443', namespace: 'faces' });
});

it('KUBECONFIG: the first file that names a thing wins; absent files are passed over', () => {
  const env = { KUBECONFIG: `${folder}/absent:${two}:${one}` };
  const access = loadKubeConfig({}, env);
  assert.equal(access.server, 'https://two:6443');
  assert.equal(access.namespace, 'default');
  const other = loadKubeConfig({ context: 'one' }, env);
  assert.equal(other.server, 'https://two:6443', 'the cluster of that name is the first one');
  assert.equal(other.namespace, 'faces');
  assert.equal(other.config.getCurrentUser()?.token, 'token of one');
});

it('--namespace comes before that of the context', () => {
  assert.equal(loadKubeConfig({ kubeconfig: one, namespace: 'other' }).namespace, 'other');
});

it('a token file of a user is read again and again', async () => {
  writeFileSync(join(folder, 'token'), 'from a file');
  const file = config('three', { server: 'https://three:6443', user: { tokenFile: 'token' } });
  const options: { headers?: Record<string, string> } = {};
  await loadKubeConfig({ kubeconfig: file }).config.applyToHTTPSOptions(options);
  assert.equal(options.headers?.Authorization, 'Bearer from a file');
});

it('what is wrong is named', () => {
  const broken = join(folder, 'broken.yaml');
  writeFileSync(broken, ': [');
  const bare = config('bare', { server: 'https://bare:6443', current: false });
  assert.throws(() => loadKubeConfig({ kubeconfig: `${folder}/absent` }), failsWith('FF7010', /absent/));
  assert.throws(() => loadKubeConfig({ kubeconfig: broken }), failsWith('FF7010', /broken/));
  assert.throws(() => loadKubeConfig({ kubeconfig: bare }), failsWith('FF7010', /no current context.*bare/));
  assert.throws(
    () => loadKubeConfig({ kubeconfig: one, context: 'x' }),
    failsWith('FF7010', /context x; there are one/),
  );
  assert.throws(
    () => loadKubeConfig({}, { KUBECONFIG: `${folder}/absent` }),
    failsWith('FF7010', /no file of/),
  );
  assert.throws(() => loadKubeConfig({}, { HOME: folder }), failsWith('FF7010', /no kubeconfig/));
});
