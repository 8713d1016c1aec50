import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CoreV1Api,
  CustomObjectsApi,
  loadYaml,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  type V1CustomResourceDefinition,
} from '@kubernetes/client-node';
import type { ExtractionStatus } from '../../controller/api/extraction-resource.ts';
import type { CliEnd } from '../fixtures/cli.ts';
import { runningStatus } from '../fixtures/extraction-of.ts';
import { scratch } from '../fixtures/scratch.ts';
import { type KubeCluster, startKubeCluster } from '../servers/kube-cluster.ts';
import { withoutKube } from '../servers/kube-programs.ts';
import { kubectl, kubeTool } from '../servers/kubectl.ts';
import { untilServed } from './api-answers.ts';
import { FakeNodes } from './fake-nodes.ts';
import { TestKubelet } from './kubelet/test-kubelet.ts';

const PLUGIN = fileURLToPath(new URL('../../controller/cli/kubectl-facefleet.ts', import.meta.url));
const FACEFLEET = fileURLToPath(new URL('../../controller/cli/bin.ts', import.meta.url));
const CRD = new URL('../../charts/facefleet/files/extractions.facefleet.dev.yaml', import.meta.url);
const GROUP = { group: 'facefleet.dev', version: 'v1alpha1', plural: 'extractions' } as const;
const LIMIT_MS = 120_000;

type Ended = Pick<CliEnd, 'code' | 'stdout' | 'stderr'>;

interface Run {
  readonly program?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

suite('The commands of a cluster', { skip: withoutKube }, () => {
  const folder = scratch();
  let cluster: KubeCluster;
  let core: CoreV1Api;
  let custom: CustomObjectsApi;
  let nodes: FakeNodes;
  let kubelet: TestKubelet;
  let namespace: string;
  /** Kubeconfig whose context has the test's namespace. */
  let kubeconfig: string;

  const start = (args: readonly string[], { program = PLUGIN, stdin = '', env = {} }: Run = {}) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig, ...env },
      timeout: LIMIT_MS,
    });
    child.stdin.end(stdin);
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
      ([code, stdout, stderr]): Ended => ({ code, stdout, stderr }),
    );
    return { child, ended };
  };
  const run = async (args: readonly string[], how?: Run): Promise<Ended> => await start(args, how).ended;
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const submit = async (name: string, ...more: string[]): Promise<void> => {
    await ok('submit', `s3://photos/${name}`, `s3://faces/${name}`, ...more);
  };
  const read = async (name: string) =>
    (await custom.getNamespacedCustomObject({ ...GROUP, namespace, name })) as {
      metadata: {
        uid: string;
        finalizers?: string[];
        managedFields: { manager: string; operation: string }[];
      };
      spec: Record<string, unknown>;
    };
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  const setStatus = async (name: string, status: ExtractionStatus): Promise<void> => {
    await custom.patchNamespacedCustomObjectStatus({ ...GROUP, namespace, name, body: { status } }, merge);
  };

  before(async () => {
    cluster = await startKubeCluster();
    core = cluster.config().makeApiClient(CoreV1Api);
    custom = cluster.config().makeApiClient(CustomObjectsApi);
    const made = await core.createNamespace({ body: { metadata: { generateName: 'facefleet-test-' } } });
    namespace = made.metadata!.name!;
    await mkdir(folder, { recursive: true });
    kubeconfig = join(folder, 'kubeconfig');
    const config = JSON.parse(cluster.config().exportConfig());
    config.contexts[0].context.namespace = namespace;
    await writeFile(kubeconfig, JSON.stringify(config));
    nodes = new FakeNodes(cluster.config());
    kubelet = await TestKubelet.start({ config: cluster.config(), nodes, hasImage: () => true });
    await nodes.add({ name: 'cli-t4', gpus: { product: 'Tesla-T4', memoryMiB: 15360, count: 3 } });
  });

  after(async () => {
    await kubelet?.end();
    await nodes?.end();
    await core?.deleteNamespace({ name: namespace });
    await cluster?.[Symbol.asyncDispose]();
  });

  test('without the custom resource the error tells what to install', async (t) => {
    const { code, stderr } = await run(['list']);
    if (code === 0) t.diagnostic('the cluster has the custom resource already');
    else {
      assert.equal(code, 1, stderr);
      assert.match(stderr, /FF7008.*\n.*custom resource definition of facefleet/);
    }
    await cluster.createCrd(loadYaml<V1CustomResourceDefinition>(await readFile(CRD, 'utf8')));
  });

  test('an extraction is submitted from the command line, and the same command means the same one', async () => {
    const args = [
      'submit',
      's3://photos/a',
      's3://faces/First Try',
      '--masker',
      'bisenet',
      '--min-size',
      '5%',
    ];
    assert.equal(
      await ok(...args, '--dry-run=server'),
      'extraction.facefleet.dev/first-try created (server dry run)\n',
    );
    assert.match(await ok(...args, '--dry-run', '-o', 'yaml'), /^ {2}name: first-try$/m);
    assert.doesNotMatch(await ok('list', '-o', 'name'), /first-try/, 'dry runs create nothing');
    assert.equal(await ok(...args), 'extraction.facefleet.dev/first-try created\n');
    assert.equal(await ok(...args), 'extraction.facefleet.dev/first-try unchanged\n');
    assert.equal(await ok(...args, '--priority', '3'), 'extraction.facefleet.dev/first-try configured\n');
    const { metadata, spec } = await read('first-try');
    assert.deepEqual(spec.maskers, [{ plugin: 'bisenet', options: {} }]);
    assert.equal(spec.priority, 3);
    const managers = metadata.managedFields.map(({ manager, operation }) => `${manager} ${operation}`);
    assert.deepEqual(managers, ['facefleet Apply']);
    const changed = await run(['submit', 's3://photos/b', 's3://faces/First Try']);
    assert.equal(changed.code, 2, changed.stdout);
    assert.match(changed.stderr, /FF7007.*source cannot be changed/);
  });

  test('a file, also from stdin, is checked before anything is sent', async () => {
    const file = (spec: string): string =>
      `apiVersion: facefleet.dev/v1alpha1\nkind: Extraction\nmetadata: {name: from-file}\nspec: ${spec}\n`;
    const places = 'source: {address: s3://photos/f}, output: {address: s3://faces/f}';
    const wrong = await run(['submit', '-f', '-'], { stdin: file(`{${places}, detektor: {plugin: yunet}}`) });
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /FF5002.*"detektor"; there are source, output, detector/);
    const plugin = await run(['submit', '-f', '-'], {
      stdin: file(`{${places}, detector: {plugin: yumet}}`),
    });
    assert.match(plugin.stderr, /FF5003.*"yumet"; there are .*yunet/);
    const sent = await run(['submit', '-f', '-'], { stdin: file(`{${places}, detector: {plugin: yunet}}`) });
    assert.deepEqual(
      [sent.code, sent.stdout],
      [0, 'extraction.facefleet.dev/from-file created\n'],
      sent.stderr,
    );
    const other = await run(['submit', '-f', '-', '--masker', 'bisenet'], { stdin: file('{}') });
    assert.match(other.stderr, /FF5001.*--masker does not go with it/);
  });

  test('what somebody else has set is taken over only when that is asked for', async () => {
    await submit('shared');
    await custom.patchNamespacedCustomObject(
      { ...GROUP, namespace, name: 'shared', body: { spec: { priority: 1 } }, fieldManager: 'somebody' },
      merge,
    );
    const args = ['submit', 's3://photos/shared', 's3://faces/shared', '--priority', '9'];
    const refused = await run(args);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /conflict with "somebody".*--force-conflicts/s);
    assert.match(await ok(...args, '--force-conflicts'), /configured/);
  });

  test('kubectl runs it as a plugin, and texts say so', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const script = join(bin, 'kubectl-facefleet');
    await writeFile(script, `#!/bin/sh\nexec '${process.execPath}' '${PLUGIN}' "$@"\n`);
    await chmod(script, 0o755);
    const tool = await kubeTool('kubectl');
    const env = { PATH: [bin, dirname(tool), process.env.PATH].join(delimiter) };
    const viaKubectl = async (...args: string[]): Promise<Ended> => {
      const child = spawn(tool, ['facefleet', ...args], {
        env: { ...process.env, ...env, KUBECONFIG: kubeconfig },
      });
      const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [code, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
      return { code, stdout, stderr };
    };
    const listed = await viaKubectl('list', '--no-headers');
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^first-try /m);
    const help = await viaKubectl('watch', '--help');
    assert.match(help.stdout, /^Usage: kubectl facefleet watch/);
    assert.match(help.stdout, /^ {2}kubectl facefleet watch holiday$/m);
    const slip = await viaKubectl('status', 'frist-try');
    assert.deepEqual([slip.code, slip.stdout], [2, '']);
    assert.match(slip.stderr, /FF7005.*did you mean first-try\?/);
  });

  test('the table shows what kubectl shows; a name elsewhere is told', async () => {
    await setStatus('first-try', { ...runningStatus({ failed: 2 }) });
    const [head, row] = (await ok('get', 'first-try')).split('\n').map((line) => line.split(/ {2,}/));
    assert.deepEqual(head, ['NAME', 'PHASE', 'PASS', 'FRAMES', 'FACES', 'FAILED', 'RATE', 'ETA', 'AGE']);
    assert.deepEqual(row?.slice(0, 8), [
      'first-try',
      'Running',
      '1/2',
      '1200/5000',
      '2345',
      '2',
      '100/s',
      '1m15s',
    ]);
    assert.match(
      await ok('list', '-A', '-o', 'wide'),
      new RegExp(`^${namespace} +first-try .*s3://faces/First Try`, 'm'),
    );
    const elsewhere = await run(['status', 'first-try', '-n', 'default']);
    assert.match(
      elsewhere.stderr,
      new RegExp(`in namespace default; there is one in namespace ${namespace}`),
    );
    // facefleet itself takes bare words for outputs
    const output = await run(['status', 'first-try'], { program: FACEFLEET });
    assert.match(output.stderr, /FF4006/);
    const typed = await run(['status', 'fx/first-try'], { program: FACEFLEET });
    assert.match(typed.stdout, /Running {3}pass 1 of 2/);
  });

  test('kubeconfigs are merged as kubectl merges them', async () => {
    const second = join(folder, 'second');
    const config = JSON.parse(await readFile(kubeconfig, 'utf8'));
    const [context] = config.contexts;
    config.contexts = [
      { name: 'aside', context: { ...context.context, namespace: 'kube-system' } },
      { name: context.name, context: { ...context.context, namespace: 'not-this-one' } },
    ];
    config['current-context'] = 'aside';
    await writeFile(second, JSON.stringify(config));
    const KUBECONFIG = [join(folder, 'absent'), kubeconfig, second].join(delimiter);
    const here = await run(['list'], { env: { KUBECONFIG } });
    assert.match(here.stdout, /^first-try /m);
    const aside = await run(['list', '--context', 'aside'], { env: { KUBECONFIG } });
    assert.match(aside.stderr, /no Extraction in namespace kube-system/);
    const none = await run(['list', '--context', 'absent'], { env: { KUBECONFIG } });
    assert.equal(none.code, 2);
    assert.match(none.stderr, /FF7010.*absent/);
    const away = await run(['list', '--kubeconfig', await unreachable(config)]);
    assert.equal(away.code, 1);
    assert.match(away.stderr, /FF7001.*ECONNREFUSED/);
  });

  const unreachable = async (config: { clusters: { cluster: { server: string } }[] }): Promise<string> => {
    const path = join(folder, 'unreachable');
    const copy = structuredClone(config);
    copy.clusters[0]!.cluster.server = 'https://127.0.0.1:1';
    await writeFile(path, JSON.stringify(copy));
    return path;
  };

  test('who may not is told which verb is missing', async () => {
    await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'reader' } } });
    const rbac = cluster.config().makeApiClient(RbacAuthorizationV1Api);
    const rules = [{ apiGroups: ['facefleet.dev'], resources: ['extractions'], verbs: ['get', 'list'] }];
    await rbac.createNamespacedRole({ namespace, body: { metadata: { name: 'reader' }, rules } });
    await rbac.createNamespacedRoleBinding({
      namespace,
      body: {
        metadata: { name: 'reader' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
      },
    });
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace,
      name: 'reader',
      body: { spec: { audiences: [], expirationSeconds: 3600 } } as never,
    });
    const path = join(folder, 'reader');
    const config = JSON.parse(await readFile(kubeconfig, 'utf8'));
    config.users[0].user = { token: status!.token };
    await writeFile(path, JSON.stringify(config));
    await untilServed(
      'the reader may read',
      async () => (await run(['list', '--kubeconfig', path])).code === 0,
    );
    const shown = await run(['status', 'first-try', '--kubeconfig', path]);
    assert.match(shown.stdout, /Running/, 'without rights for pods and events the rest is shown');
    const refused = await run(['suspend', 'first-try', '--kubeconfig', path]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /FF7003.*lacks the verb "patch" on the resource "extractions"/);
    const planned = await run(['plan', 'first-try', '--kubeconfig', path]);
    assert.match(planned.stderr, /FF7003.*lacks the verb "list" on the resource "(nodes|pods)"/);
  });

  test('a live plan is the plan of what kubectl prints; own pods do not count as in use', async () => {
    const uid = (await read('first-try')).metadata.uid;
    const resources = { requests: { 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '1' } };
    const pod = (name: string, labels: Record<string, string>) => ({
      metadata: { name, labels },
      spec: {
        restartPolicy: 'Never',
        nodeName: 'cli-t4',
        containers: [{ name: 'main', image: 'test', command: ['sh', '-c', 'sleep 600'], resources }],
      },
    });
    await core.createNamespacedPod({ namespace, body: pod('foreign', {}) });
    await core.createNamespacedPod({ namespace, body: pod('own', { 'facefleet.dev/uid': uid }) });
    const file = join(folder, 'plan.yaml');
    await writeFile(
      file,
      'apiVersion: facefleet.dev/v1alpha1\nkind: Extraction\nmetadata: {name: first-try}\nspec: {maskers: [{plugin: bisenet}]}\n',
    );
    const record = async (what: string, ...args: string[]): Promise<string> => {
      const path = join(folder, `${what}.json`);
      await writeFile(path, await kubectl(kubeconfig, 'get', what, ...args, '-o', 'json'));
      return path;
    };
    const offline = await ok(
      'plan',
      '-f',
      file,
      '--nodes',
      await record('nodes'),
      '--pods',
      await record('pods', '-A'),
    );
    assert.match(offline, /Tesla-T4: 1 free, 2 in use/);
    const live = await run(['plan', '-f', file]);
    assert.equal(live.stdout, offline);
    const named = await ok('plan', 'first-try');
    assert.match(named, /first-try: 3 roles, 5,000 frames/);
    assert.match(named, /Tesla-T4: 2 free, 1 in use/);
    for (const name of ['foreign', 'own'])
      await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
  });

  test('logs come from all pods, also from those that start later, until the extraction has ended', async () => {
    await submit('logged');
    const { uid } = (await read('logged')).metadata;
    const none = await run(['logs', 'logged']);
    assert.deepEqual([none.code, none.stderr], [0, 'logged has no pods at present\n']);
    const pod = async (name: string, labels: Record<string, string>, script: string): Promise<void> => {
      await core.createNamespacedPod({
        namespace,
        body: {
          metadata: { name, labels: { 'facefleet.dev/uid': uid, ...labels } },
          spec: {
            restartPolicy: 'Never',
            nodeName: 'cli-t4',
            containers: [{ name: 'main', image: 'test', command: ['sh', '-c', script] }],
          },
        },
      });
    };
    const lane = { 'facefleet.dev/pass': '0', 'facefleet.dev/stage': '1', 'facefleet.dev/replica': '2' };
    const waits = 'echo begins; while :; do sleep 0.1; done';
    await pod('logged-conductor', { 'app.kubernetes.io/component': 'conductor' }, 'echo first; echo second');
    const following = start(['logs', 'logged', '-f']);
    let seen = '';
    following.child.stdout.setEncoding('utf8').on('data', (more: string) => {
      seen += more;
    });
    await untilServed('the conductor is heard', async () => seen.includes('[conductor] second\n'));
    await pod('logged-worker', lane, waits);
    await untilServed('the worker is heard', async () => seen.includes('[p0-s1-r2] begins\n'));
    assert.equal(await ok('logs', 'logged', '--conductor', '--no-prefix', '--tail', '1'), 'second\n');
    assert.match(await ok('logs', 'logged', '--worker', 'p0-s1'), /^\[p0-s1-r2\] begins\n$/);
    const wrong = await run(['logs', 'logged', '--worker', 'p7']);
    assert.match(wrong.stderr, /FF7005.*worker p7.*there are conductor, p0-s1-r2/);
    await core.deleteNamespacedPod({ name: 'logged-worker', namespace, gracePeriodSeconds: 1 });
    await setStatus('logged', { phase: 'Succeeded' });
    assert.equal((await following.ended).code, 0);
  });

  test('watch survives a restart of the API server, and ends with the code of the result', async () => {
    await submit('watched');
    await setStatus('watched', runningStatus({ frames: 1 }));
    const watching = start(['watch', 'watched', '-o', 'json']);
    const lines = start(['watch', 'watched']);
    let seen = '';
    watching.child.stdout.setEncoding('utf8').on('data', (more: string) => {
      seen += more;
    });
    let told = '';
    lines.child.stdout.setEncoding('utf8').on('data', (more: string) => {
      told += more;
    });
    await untilServed(
      'the first state is told',
      async () => seen.includes('"frames":1,') && told.includes('1 of 5000'),
    );
    if (cluster.apiServer !== null) {
      await cluster.apiServer.kill();
      await untilServed(
        'silence is told',
        async () => /"lost":"FF7001/.test(seen) && told.includes('no word from'),
      );
      await cluster.apiServer.start();
    }
    await untilServed('the cluster is written to again', async () => {
      await setStatus('watched', runningStatus({ frames: 4000 }));
      return true;
    });
    await untilServed('what came after is told', async () => /"frames":4000.*"lost":null/.test(seen));
    await setStatus('watched', { ...runningStatus({ frames: 5000, failed: 2 }), phase: 'Succeeded' });
    const [json, plain] = await Promise.all([watching.ended, lines.ended]);
    assert.deepEqual([json.code, plain.code], [3, 3], json.stderr + plain.stderr);
    const last = JSON.parse(json.stdout.trimEnd().split('\n').at(-1)!);
    assert.deepEqual(
      [last.event, last.phase, last.progress.frames, last.exitCode],
      ['end', 'Succeeded', 5000, 3],
    );
    assert.match(plain.stdout, /succeeded: 5000 frames.*2 frames failed/);
    const ended = await run(['watch', 'watched']);
    assert.equal(ended.code, 3, 'one that has ended is told at once');
  });

  test('submit --wait ends as the extraction does; Ctrl-C leaves it alone', async () => {
    const waiting = start(['submit', 's3://photos/w', 's3://faces/waits', '--wait']);
    await untilServed('it is there', async () => (await read('waits')) !== undefined);
    await setStatus('waits', {
      phase: 'Failed',
      failure: { code: 'FF1102', reason: 'SourceMissing', message: 'FF1102 no source' },
    });
    const failed = await waiting.ended;
    assert.equal(failed.code, 1, failed.stderr);
    assert.match(
      failed.stdout,
      /^extraction.facefleet.dev\/waits created\n[\s\S]*failed: FF1102 no source\n$/,
    );
    const stopped = start(['watch', 'first-try']);
    await new Promise((resolve) => stopped.child.stdout.once('data', resolve));
    stopped.child.kill('SIGINT');
    assert.equal((await stopped.ended).code, 130);
  });

  test('suspend, resume and cancel', async () => {
    await submit('changing');
    assert.match(await ok('suspend', 'changing'), /^extraction.facefleet.dev\/changing suspended\n$/);
    assert.equal((await read('changing')).spec.suspend, true);
    assert.match(await ok('suspend', 'changing'), /is not changed: it is suspended/);
    assert.match(await ok('resume', 'fx/changing'), /changing resumed/);
    assert.equal((await read('changing')).spec.suspend, false);
    const twice = await run(['suspend', 'changing', 'absent']);
    assert.equal(twice.code, 2);
    assert.equal((await read('changing')).spec.suspend, false, 'nothing is changed when a name is wrong');
    const metadata = { finalizers: ['facefleet.dev/cleanup'] };
    await custom.patchNamespacedCustomObject(
      { ...GROUP, namespace, name: 'changing', body: { metadata } },
      merge,
    );
    const cancelling = start(['cancel', 'changing', '--wait']);
    await untilServed('it is being deleted', async () => /Deleting/.test(await ok('get', 'changing')));
    await custom.patchNamespacedCustomObject(
      { ...GROUP, namespace, name: 'changing', body: { metadata: { finalizers: [] } } },
      merge,
    );
    const { code, stdout } = await cancelling.ended;
    assert.equal(code, 0);
    assert.match(
      stdout,
      /changing cancelled; what it has done stays in s3:\/\/faces\/changing\nit is gone\n/,
    );
    assert.equal((await run(['cancel', 'changing'])).code, 2);
  });

  test('an output that this machine does not see is told as such', async () => {
    await ok('submit', '/absent/in', '/absent/out', '--name', 'volume', '--volume', 'nas:/absent');
    const { code, stderr } = await run(['verify', 'volume']);
    assert.equal(code, 1);
    assert.match(stderr, /FF4006.*\/absent\/out is the output of volume in its pods/);
    const own = join(folder, 'out');
    await mkdir(own);
    await ok('submit', '/absent/in', own, '--name', 'empty');
    const empty = await run(['verify', 'fx/empty'], { program: FACEFLEET });
    assert.equal(empty.code, 2, empty.stderr);
    assert.match(empty.stderr, /FF4013/);
  });
});
