import { execFile } from 'node:child_process';
import { cp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../servers/find-program.ts';
import type { ImageStore } from './image-store.ts';

const run = promisify(execFile);

const BASE = 'localhost/facefleet-e2e/base:bookworm';
const NODE = 'localhost/facefleet-e2e/node:24';
const SUITE = 'bookworm';
const MERGED_USR = '/usr/share/mmdebstrap/hooks/merged-usr';
/** As in Debian's own slim images. */
const LEFT_OUT = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/info/*'];

/** What stands for the images that the Dockerfile names, made of Debian's packages, this Node and its npm. */
export interface BaseImages {
  readonly base: string;
  readonly node: string;
}

/** Makes both where they are not there. @param work a folder for what they are made of */
export async function makeBaseImages(store: ImageStore, work: string): Promise<BaseImages> {
  if ((await store.find(BASE)) === null) await makeBase(store, work);
  await makeNode(store, work);
  return { base: BASE, node: NODE };
}

async function makeBase(store: ImageStore, work: string): Promise<void> {
  const archive = join(work, 'base.tar');
  const options = [
    '--variant=minbase',
    '--aptopt=APT::Install-Recommends "false"',
    // the package of the other way to merge /usr needs Perl
    `--hook-dir=${MERGED_USR}`,
    '--include=usr-is-merged',
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
  ];
  await run('mmdebstrap', [...options, SUITE, archive]);
  const container = (await store.run('from', 'scratch')).trim();
  await store.run('add', '--quiet', container, archive, '/');
  await store.run('commit', '--quiet', '--rm', container, BASE);
  await rm(archive);
}

/** With the registry and the certificates of this machine's npm, which may be those of a mirror. */
async function makeNode(store: ImageStore, work: string): Promise<void> {
  const context = join(work, 'node');
  await mkdir(context, { recursive: true });
  const npmProgram = findProgram('npm');
  if (npmProgram === null) throw new Error('npm is not installed');
  // …/npm/bin/npm-cli.js
  const npm = dirname(dirname(await realpath(npmProgram)));
  await cp(process.execPath, join(context, 'node'));
  await cp(npm, join(context, 'npm'), { recursive: true, dereference: true });
  const lines = [
    `FROM ${BASE}`,
    'COPY node /usr/local/bin/node',
    'COPY npm /usr/local/lib/node_modules/npm',
    'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx',
    `ENV npm_config_registry=${await npmSetting('registry')}`,
  ];
  const certificates = process.env.NODE_EXTRA_CA_CERTS || (await npmSetting('cafile'));
  if (certificates !== '') {
    await cp(certificates, join(context, 'certificates.pem'), { dereference: true });
    lines.push(
      'COPY certificates.pem /etc/ssl/certificates.pem',
      'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certificates.pem npm_config_cafile=/etc/ssl/certificates.pem',
    );
  }
  await writeFile(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
  await store.build(NODE, context);
}

/** A setting of npm; empty when it is not set. */
async function npmSetting(name: string): Promise<string> {
  const { stdout } = await run('npm', ['config', 'get', name]);
  const value = stdout.trim();
  return value === 'null' || value === 'undefined' ? '' : value;
}
