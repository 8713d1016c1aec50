import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { V1Pod } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import type { ExtractionResource } from '../../controller/api/extraction-resource.ts';
import { faultsOf } from '../chaos/expected.ts';
import { bucketPlace, folderPlace, type Place } from '../chaos/place.ts';
import { untilServed } from '../cluster/api-answers.ts';
import { extractCli, runCli } from '../fixtures/cli.ts';
import { codeBlocks } from '../fixtures/code-blocks.ts';
import { helm } from '../fixtures/helm.ts';
import { scratch } from '../fixtures/scratch.ts';
import { smallPhotos } from '../fixtures/small-photos.ts';
import { kubectl, kubeTool, withoutKubeTool } from '../servers/kubectl.ts';
import { withoutImages } from './given-cluster.ts';
import { MACHINE, withoutNodes } from './machine.ts';
import { clusterObjects, objectsOf } from './objects-of.ts';
import { NAMESPACE, RELEASE } from './own-cluster.ts';
import { type ChartValues, openRealCluster, type RealCluster } from './real-cluster.ts';

const run = promisify(execFile);
const PHOTOS = 120;
const LIMIT_MS = 900_000;
const LOOK_EVERY_MS = 1000;
const EXAMPLE = new URL('../../charts/facefleet/examples/minimal.yaml', import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const KEYS = 'bucket-keys';

const given = process.env.FACEFLEET_TEST_KUBECONFIG;
const missing =
  (given ? withoutImages() : withoutNodes()) ||
  (!given && MACHINE === null && 'it is run by `npm run test:e2e`, which makes a machine for its nodes') ||
  (await withoutKubeTool('helm')) ||
  (await withoutKubeTool('kubectl'));

/** Each test goes on where the one before ended. */
suite('The chart from install to uninstall, on nodes that run pods', { skip: missing }, () => {
  const folder = missing === false ? scratch() : '';
  let cluster: RealCluster;
  let outside: readonly string[];
  let local: Place;
  let bucket: Place;
  let s3Env: Readonly<Record<string, string>>;

  const inNamespace = (...args: readonly string[]): Promise<string> =>
    kubectl(cluster.kubeconfig, '--namespace', NAMESPACE, ...args);
  const release = async (verb: 'install' | 'upgrade', values: ChartValues, ...more: string[]) =>
    await helm(
      (chart) => [verb, RELEASE, chart, '--namespace', NAMESPACE, '--wait', '--timeout', '5m', ...more],
      values,
      cluster.kubeconfig,
    );
  const helmTest = async (): Promise<string> =>
    await helm(() => ['test', RELEASE, '--namespace', NAMESPACE], null, cluster.kubeconfig);
  const read = async (name: string): Promise<ExtractionResource> =>
    JSON.parse(await inNamespace('get', 'fx', name, '--output', 'json'));
  const podsOf = async (name: string, component: 'worker' | 'conductor'): Promise<V1Pod[]> => {
    const selector = `facefleet.dev/extraction=${name},app.kubernetes.io/component=${component}`;
    return JSON.parse(await inNamespace('get', 'pods', '--selector', selector, '--output', 'json')).items;
  };
  const runningPods = async (name: string, component: 'worker' | 'conductor'): Promise<V1Pod[]> =>
    (await podsOf(name, component)).filter(
      ({ metadata, status }) => status?.phase === 'Running' && metadata?.deletionTimestamp === undefined,
    );

  before(
    async () => {
      const photos = await smallPhotos(join(folder, 'photos'), PHOTOS);
      local = folderPlace(folder, photos);
      await extractCli([photos, local.outputOf('local')]);
      const startedMs = Date.now();
      cluster = await openRealCluster();
      outside = await clusterObjects(cluster.kubeconfig);
      // the last test removes them, whoever made them
      for (const own of [`Namespace ${NAMESPACE}`, 'CustomResourceDefinition extractions.facefleet.dev'])
        assert.ok(!outside.includes(own), `the cluster has a ${own} already: take one without`);
      console.log(await kubectl(cluster.kubeconfig, 'get', 'nodes', '--output', 'wide'));
      console.log(`the cluster is ready after ${seconds(startedMs)} s`);
      for (const name of ['kubectl', 'helm'] as const)
        await symlink(await kubeTool(name), join(folder, name));
    },
    { timeout: LIMIT_MS },
  );

  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
  });

  test('is installed and extracts as the README says, and its own test passes', {
    timeout: LIMIT_MS,
  }, async () => {
    const { registry } = cluster;
    const startedMs = Date.now();
    if (registry === null) {
      await release('install', cluster.values, '--create-namespace');
      const keys = await fillBucket();
      await inNamespace('create', 'secret', 'generic', KEYS, ...keys);
    } else {
      await fillBucket();
      const own = { REGISTRY: registry, SOURCE: bucket.source, OUTPUT: bucket.outputOf('first'), ...s3Env };
      // the block before it says what is the user's
      console.log(await shell(await documented('README.md', '### In a cluster', 1), own));
      await check('first');
    }
    console.log(await inNamespace('get', 'pods,pvc,services', '--output', 'wide'));
    console.log(phaseOf(await helmTest()));
    console.log(`installed and tested after ${seconds(startedMs)} s`);
  });

  test('an Extraction of a bucket gives what a local run gives, though workers are killed', {
    timeout: LIMIT_MS,
  }, async () => {
    await apply('killed');

    await when('killed', 'has done some frames with all of its workers', async ({ status }) => {
      const wanted = status?.plan ? (await podsOf('killed', 'worker')).length : Number.POSITIVE_INFINITY;
      return (
        (status?.progress?.frames ?? 0) >= 4 && (await runningPods('killed', 'worker')).length === wanted
      );
    });
    const workers = await runningPods('killed', 'worker');
    console.log(await inNamespace('get', 'pods', '--output', 'wide'));
    if (given === undefined)
      assert.deepEqual(workers.map(({ spec }) => spec?.nodeName).sort(), ['node-1', 'node-2']);
    const [first, ...others] = workers as [V1Pod, ...V1Pod[]];
    const deleted = cluster.killContainer === null ? first : (others[0] ?? first);
    if (cluster.killContainer !== null) {
      console.log(`SIGKILL to the processes of ${first.metadata!.name}`);
      await cluster.killContainer(first);
    }
    console.log(`kubectl delete pod ${deleted.metadata!.name}`);
    await inNamespace('delete', 'pod', deleted.metadata!.name!, '--wait=false');
    for (const pod of new Set([first, deleted])) await replaced(pod);
    const { status } = await succeeded('killed');
    const { failures, replacements } = status!.attempts!;
    assert.ok(failures <= 1 && replacements >= 1, `${failures} crashes, ${replacements} replacements`);
    await check('killed');
  });

  test('an upgrade leaves an Extraction alone that goes on', { timeout: LIMIT_MS }, async () => {
    await apply('upgraded');
    await when('upgraded', 'has begun', ({ status }) => (status?.progress?.frames ?? 0) >= 1);
    const uids = async (): Promise<(string | undefined)[]> =>
      [...(await podsOf('upgraded', 'conductor')), ...(await podsOf('upgraded', 'worker'))].map(
        ({ metadata }) => metadata?.uid,
      );
    const started = await uids();
    const startedMs = Date.now();
    await release('upgrade', { ...(cluster.otherImage ?? cluster.values), controller: { replicas: 2 } });
    console.log(`upgraded after ${seconds(startedMs)} s`);
    console.log(await inNamespace('get', 'pods,pdb', '--output', 'wide'));
    console.log(phaseOf(await helmTest()));
    await succeeded('upgraded');
    assert.deepEqual(await uids(), started);
    await check('upgraded');
  });

  test('is uninstalled as the documentation says, and leaves nothing', { timeout: LIMIT_MS }, async () => {
    // ended, and one that has just begun
    await apply('begun');
    await when('begun', 'has pods', async () => (await podsOf('begun', 'conductor')).length > 0);
    const startedMs = Date.now();
    console.log(await shell(await documented('docs/install.md', '## Uninstall')));
    console.log(`uninstalled after ${seconds(startedMs)} s`);
    await untilServed('only what the user made is left', async () => {
      assert.deepEqual(await objectsOf(cluster.kubeconfig, NAMESPACE), [`Secret ${KEYS}`]);
      return true;
    });
    await inNamespace('delete', 'namespace', NAMESPACE);
    await untilServed('nothing outside of the namespace is left', async () => {
      assert.deepEqual(await clusterObjects(cluster.kubeconfig), outside);
      return true;
    });
    const { containers } = cluster;
    if (containers !== null)
      await untilServed('no node has a container', async () => {
        assert.deepEqual(await containers(), []);
        return true;
      });
  });

  /** Makes a bucket with the photos. @returns arguments that make its Secret */
  async function fillBucket(): Promise<string[]> {
    const { endpoint, credentials, podEndpoint } = await cluster.s3(NAMESPACE);
    s3Env = { ...credentials, AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: 'us-east-1' };
    Object.assign(process.env, s3Env);
    bucket = await bucketPlace(endpoint, join(folder, 'photos'));
    return Object.entries({ ...s3Env, AWS_ENDPOINT_URL_S3: podEndpoint }).map(
      ([name, value]) => `--from-literal=${name}=${value}`,
    );
  }

  /** Applies the smallest example with the addresses of this run. */
  async function apply(name: string): Promise<void> {
    const manifest = parse(await readFile(EXAMPLE, 'utf8'));
    manifest.metadata = { name };
    Object.assign(manifest.spec, {
      source: { address: bucket.source },
      output: { address: bucket.outputOf(name) },
      credentials: { s3: { secretName: KEYS } },
      planning: { device: 'cpu' },
    });
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, stringify(manifest));
    console.log(await inNamespace('apply', '--filename', file));
  }

  /** Shows what kubectl shows until it is as it should be. @throws Error when it has failed, or after the time limit of the test */
  async function when(
    name: string,
    what: string,
    holds: (extraction: ExtractionResource) => boolean | Promise<boolean>,
  ): Promise<ExtractionResource> {
    let shown = '';
    for (;;) {
      const extraction = await read(name);
      const line = (await inNamespace('get', 'fx', name, '--no-headers')).trim();
      // the age alone is no news
      const news = line.replace(/\s\S+$/, '');
      if (news !== shown) console.log(line);
      shown = news;
      if (await holds(extraction)) return extraction;
      if (extraction.status?.phase === 'Failed' || extraction.status?.phase === 'Succeeded')
        throw new Error(`${name} is over before it ${what}: ${JSON.stringify(extraction.status, null, 1)}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async function succeeded(name: string): Promise<ExtractionResource> {
    return await when(name, 'succeeds', ({ status }) => status?.phase === 'Succeeded');
  }

  /** Waits until there is another pod of this name. */
  async function replaced({ metadata }: V1Pod): Promise<void> {
    const { name, uid } = metadata!;
    await untilServed(`${name} is made again`, async () => {
      const pod = JSON.parse(await inNamespace('get', 'pod', name!, '--output', 'json')) as V1Pod;
      return pod.metadata!.uid !== uid && /^(Running|Succeeded)$/.test(pod.status?.phase ?? '');
    });
  }

  /** Every file as of the local run, and all frames accounted for. */
  async function check(name: string): Promise<void> {
    const output = bucket.outputOf(name);
    const [found, expected] = [await bucket.read(output), await local.read(local.outputOf('local'))];
    // objects have other versions than files
    for (const files of [found, expected]) files.delete('versions.txt');
    assert.deepEqual(faultsOf(found, expected, []), []);
    const verified = await runCli(['verify', output], undefined, s3Env);
    assert.equal(verified.code, 0, verified.stderr);
    console.log(`${name}: ${found.size} files as of a local run\n${verified.stdout.trimEnd()}`);
  }

  /** A block of commands of a section of a page. */
  async function documented(page: string, title: string, place = 0): Promise<string> {
    const [, section] = (await readFile(join(ROOT, page), 'utf8')).split(`\n${title}\n`);
    return codeBlocks(section!)[place]!.code;
  }

  async function shell(code: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const PATH = `${folder}:${process.env.PATH}`;
    const env = { ...process.env, ...variables, PATH, KUBECONFIG: cluster.kubeconfig };
    const { stdout, stderr } = await run('sh', ['-exc', code], { cwd: ROOT, env });
    return stderr + stdout;
  }
});

/** Of what `helm test` prints. */
function phaseOf(printed: string): string {
  return printed.match(/^(TEST SUITE|Last (Started|Completed)|Phase):.*$/gm)?.join('\n') ?? printed;
}

function seconds(sinceMs: number): number {
  return Math.round((Date.now() - sinceMs) / 1000);
}
