import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import { it } from 'node:test';
import { type KubeAccess, loadKubeConfig } from '../../../controller/k8s/load-kube-config.ts';
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

/** The headers that a request gets. */
async function headersOf({ config: security }: KubeAccess): Promise<Record<string, unknown>> {
  const options: { headers?: Record<string, unknown> } = {};
  await security.applyToHTTPSOptions(options as RequestOptions);
  return options.headers ?? {};
}

it('KUBECONFIG: the first file that names a thing wins; absent files are passed over', async () => {
  const env = { KUBECONFIG: `${folder}/absent:${two}:${one}` };
  const access = loadKubeConfig({}, env);
  assert.equal(access.server, 'https://two:6443');
  assert.equal(access.namespace, 'default');
  const other = loadKubeConfig({ context: 'one' }, env);
  assert.equal(other.server, 'https://two:6443', 'the cluster of that name is the first one');
  assert.equal(other.namespace, 'faces');
  assert.deepEqual(await headersOf(other), { authorization: 'Bearer token of one' });
});

it('--namespace comes before that of the context', () => {
  assert.equal(loadKubeConfig({ kubeconfig: one, namespace: 'other' }).namespace, 'other');
});

it('a token file of a user is read again and again', async () => {
  writeFileSync(join(folder, 'token'), 'from a file');
  const file = config('three', { server: 'https://three:6443', user: { tokenFile: 'token' } });
  const access = loadKubeConfig({ kubeconfig: file });
  assert.deepEqual(await headersOf(access), { authorization: 'Bearer from a file' });
  writeFileSync(join(folder, 'token'), 'another');
  assert.deepEqual(await headersOf(access), { authorization: 'Bearer another' });
});

it('names and passwords, certificates, and whom to act as', async () => {
  const data = (text: string): string => Buffer.from(text).toString('base64');
  const user = {
    username: 'me',
    password: 'secret',
    'client-certificate-data': data('certificate'),
    'client-key-data': data('key'),
    as: 'somebody',
    'as-groups': ['a', 'b'],
  };
  const access = loadKubeConfig({ kubeconfig: config('four', { server: 'https://four:6443', user }) });
  assert.deepEqual(await headersOf(access), {
    authorization: `Basic ${data('me:secret')}`,
    'impersonate-user': 'somebody',
    'impersonate-group': ['a', 'b'],
  });
  const options: RequestOptions = {};
  await access.config.applyToHTTPSOptions(options);
  assert.deepEqual([String(options.cert), String(options.key)], ['certificate', 'key']);
});

it('an exec plugin is asked as kubectl asks it, and again when its credential has ended', async () => {
  const script = join(folder, 'plugin.sh');
  const log = join(folder, 'asked');
  writeFileSync(
    script,
    `#!/bin/sh\necho asked >> '${log}'\n` +
      `printf '{"kind":"ExecCredential","status":{"token":"%s-%s","expirationTimestamp":"%s"}}' "$1" "$MORE" "$(cat '${log}.until')"\n`,
    { mode: 0o755 },
  );
  writeFileSync(`${log}.until`, '2999-01-01T00:00:00Z');
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './plugin.sh',
    args: ['one'],
    env: [{ name: 'MORE', value: 'two' }],
    interactiveMode: 'Never',
  };
  const access = loadKubeConfig({
    kubeconfig: config('five', { server: 'https://five:6443', user: { exec } }),
  });
  const asked = (): number => readFileSync(log, 'utf8').trim().split('\n').length;
  for (let i = 0; i < 2; i++) assert.deepEqual(await headersOf(access), { authorization: 'Bearer one-two' });
  assert.equal(asked(), 1);
  writeFileSync(`${log}.until`, '2001-01-01T00:00:00Z');
  const ends = loadKubeConfig({ kubeconfig: join(folder, 'five.yaml') });
  for (let i = 0; i < 2; i++) await headersOf(ends);
  assert.equal(asked(), 3);
  const absent = { ...exec, command: 'facefleet-no-such-plugin', installHint: 'get it somewhere' };
  const file = config('six', { server: 'https://six:6443', user: { exec: absent } });
  await assert.rejects(
    headersOf(loadKubeConfig({ kubeconfig: file })),
    failsWith('FF7010', 'facefleet-no-such-plugin', 'get it somewhere'),
  );
});

it('an exec plugin is asked once for all who ask at one time, and what it printed is never shown', async () => {
  const log = join(folder, 'asked-together');
  const given = '{"kind":"ExecCredential","status":{"token":"one"}}';
  const plugin = (script: string): object => ({
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', script],
    interactiveMode: 'Never',
  });
  const accessOf = (name: string, script: string): KubeAccess =>
    loadKubeConfig({
      kubeconfig: config(name, { server: 'https://exec:6443', user: { exec: plugin(script) } }),
    });
  const access = accessOf('together', `echo asked >> '${log}'; sleep 0.1; printf '%s' '${given}'`);
  const headers = await Promise.all([headersOf(access), headersOf(access), headersOf(access)]);
  assert.deepEqual(headers, Array(3).fill({ authorization: 'Bearer one' }));
  assert.equal(readFileSync(log, 'utf8'), 'asked\n');
  await assert.rejects(headersOf(accessOf('bare-token', 'printf s3cret-token')), (error) => {
    assert.ok(failsWith('FF7010', 'printed no ExecCredential')(error));
    assert.doesNotMatch(String(error), /s3cret/);
    return true;
  });
});

it('the line of a kubeconfig that is wrong is told, but not shown', () => {
  const file = join(folder, 'wrong-line.yaml');
  writeFileSync(file, 'users:\n- name: u\n  user: {token: "s3cret-token" x}\n');
  assert.throws(
    () => loadKubeConfig({ kubeconfig: file }),
    (error) => {
      assert.ok(failsWith('FF7010', /wrong-line\.yaml: .* at line 3/)(error));
      assert.doesNotMatch(String(error), /s3cret/);
      return true;
    },
  );
});

it('a proxy of the environment is used as kubectl uses it', () => {
  const proxyOf = (server: string, env: NodeJS.ProcessEnv): string | undefined =>
    loadKubeConfig({ kubeconfig: config('proxy', { server }) }, env).config.getCurrentCluster()?.proxyUrl;
  const HTTPS_PROXY = 'http://proxy:3128';
  assert.equal(proxyOf('https://api.example.org', { HTTPS_PROXY }), HTTPS_PROXY);
  assert.equal(proxyOf('https://api.example.org', { HTTPS_PROXY, NO_PROXY: 'a.b, .example.org' }), undefined);
  assert.equal(proxyOf('https://127.0.0.1:6443', { HTTPS_PROXY }), undefined);
  assert.equal(proxyOf('https://api.example.org', {}), undefined);
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
