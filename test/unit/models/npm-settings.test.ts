import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmSettings, registryOf } from '../../../models/npm-settings.ts';
import { parseNpmrc } from '../../../models/parse-npmrc.ts';
import { scratch } from '../../fixtures/scratch.ts';

/** A variable of the environment as an `.npmrc` writes it. */
const variable = (name: string): string => `\${${name}}`;

/** A home and a project below it, with the given `.npmrc` files. */
async function folders(npmrc: { user?: string; project?: string; global?: string }) {
  const home = scratch();
  const deep = join(home, 'project', 'photos', 'deep');
  await mkdir(deep, { recursive: true });
  await writeFile(join(home, 'project', 'package.json'), '{}');
  await writeFile(join(home, 'global'), npmrc.global ?? '');
  if (npmrc.user) await writeFile(join(home, '.npmrc'), npmrc.user);
  if (npmrc.project) await writeFile(join(home, 'project', '.npmrc'), npmrc.project);
  return { env: { HOME: home, npm_config_globalconfig: join(home, 'global') } as NodeJS.ProcessEnv, deep };
}

test('without settings the public registry is used', async () => {
  const { env, deep } = await folders({});
  assert.deepEqual(await npmSettings(env, deep), { registry: 'https://registry.npmjs.org/' });
});

test('the environment beats the project, which beats the user, which beats the global file', async () => {
  const { env, deep } = await folders({
    global: 'registry=https://global/\nproxy=http://proxy-of-all',
    user: 'registry=https://user/\nnoproxy=user.local',
    project: 'registry=https://project/',
  });
  const settings = await npmSettings(env, deep);
  assert.equal(settings.registry, 'https://project/');
  assert.equal(settings.proxy, 'http://proxy-of-all');
  assert.equal(settings.noProxy, 'user.local');
  const inNpm = await npmSettings({ ...env, NPM_CONFIG_REGISTRY: 'https://environment/' }, deep);
  assert.equal(inNpm.registry, 'https://environment/');
});

test('scopes, credentials and certificates are handed on', async () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
  const { env, deep } = await folders({
    user: `@models:registry=https://models.example/npm/\n//models.example/npm/:_authToken=${variable('TOKEN')}\nstrict-ssl=false\n`,
  });
  const bundle = join(deep, 'bundle.pem');
  await writeFile(bundle, `# two\n${certificate}\n${certificate}\n`);
  const settings = await npmSettings({ ...env, TOKEN: 'secret', npm_config_cafile: bundle }, deep);
  assert.equal(settings['//models.example/npm/:_authToken'], 'secret');
  assert.deepEqual(settings.ca, [certificate, certificate]);
  assert.equal(settings.strictSSL, false);
  assert.equal(registryOf('@models/nets', settings), 'https://models.example/npm/');
  assert.equal(registryOf('@other/nets', settings), 'https://registry.npmjs.org/');
});

test('an .npmrc is read as npm reads it', () => {
  const content = [
    '; comment',
    '# comment',
    '  registry = "https://quoted/" ',
    "single = 'a b'",
    'ca[]="line\\nbreak"',
    'ca[]=second',
    `known=${variable('HOME')}/x`,
    `unknown=${variable('NO_SUCH')}`,
    `optional=a${variable('NO_SUCH?')}b`,
    'trailing=value ; why',
    '//host/:_authToken=abc==',
    'not a setting',
    '',
  ].join('\r\n');
  assert.deepEqual(parseNpmrc(content, { HOME: '/home/me' }), {
    registry: 'https://quoted/',
    single: 'a b',
    ca: ['line\nbreak', 'second'],
    known: '/home/me/x',
    unknown: variable('NO_SUCH'),
    optional: 'ab',
    trailing: 'value',
    '//host/:_authToken': 'abc==',
  });
});
