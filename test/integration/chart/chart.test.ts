import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { controllerCommand } from '../../../controller/cli/controller-command.ts';
import type { ControllerCommandOptions } from '../../../controller/cli/controller-settings.ts';
import { temporaryFolder } from '../../../models/temporary-folder.ts';
import { type ChartObject, chartNotes, helm, podsOf, renderedChart } from '../../fixtures/helm.ts';
import { restrictedViolations } from '../../fixtures/restricted-pod.ts';
import { withoutKubeTool } from '../../servers/kubectl.ts';
import { withoutNatsServer } from '../../servers/nats-server.ts';
import { VALUE_SETS } from './value-sets.ts';
import { WRONG_VALUES } from './wrong-values.ts';

const run = promisify(execFile);
const FILES = new URL('../../../charts/facefleet/files/', import.meta.url);
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const withoutHelm = await withoutKubeTool('helm');

suite('the chart', { skip: withoutHelm, concurrency: 2 }, () => {
  test('helm lint has nothing to say against it', async () => {
    await helm((chart) => ['lint', '--strict', chart]);
  });

  for (const { name, values, objects: wanted } of VALUE_SETS)
    test(`with ${name}`, async () => {
      const { text, objects } = await renderedChart(values);
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      assert.deepEqual(
        names.filter((each, index) => names.indexOf(each) !== index),
        [],
        'of one kind and name there is one',
      );
      assert.deepEqual(counted(objects), wanted);
      for (const { kind, metadata } of objects) {
        assert.equal(metadata.labels!['app.kubernetes.io/instance'], 'facefleet', `${kind} ${metadata.name}`);
        if (!kind.startsWith('Cluster') && kind !== 'CustomResourceDefinition')
          assert.equal(metadata.namespace, 'faces', `${kind} ${metadata.name}`);
      }
      for (const { name, spec } of podsOf(objects)) {
        assert.deepEqual(restrictedViolations(spec), [], name);
        for (const { securityContext, resources } of spec.containers) {
          assert.equal(securityContext!.readOnlyRootFilesystem, true, name);
          assert.ok(resources?.requests?.cpu && resources.limits?.memory, name);
        }
      }
      assert.deepEqual(portsWithoutProtocol(objects), []);
      assert.deepEqual(leaks(objects), []);
      // as int64 the API server would not take it
      assert.doesNotMatch(text, /\d[eE]\+\d/);
    });

  for (const { name, values, message } of WRONG_VALUES)
    test(`refuses ${name}`, async () => {
      await assert.rejects(renderedChart(values), ({ stderr }: Error & { stderr: string }) => {
        assert.match(stderr, message);
        return true;
      });
    });

  const natsConfiguration = async (values: Readonly<Record<string, unknown>>): Promise<string> => {
    const { objects } = await renderedChart(values);
    const { data } = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && /-nats$/.test(metadata.name),
    )!;
    return (data as Record<string, string>)['nats.conf']!;
  };

  for (const [size, bytes] of [
    ['10Gi', 9_663_676_416],
    ['1.5Ti', 1_484_340_697_497],
    ['500M', 450_000_000],
    ['1000000', 900_000],
  ] as const)
    test(`NATS leaves room on a volume of ${size}`, async () => {
      const configuration = await natsConfiguration({ nats: { storage: { size } } });
      assert.match(configuration, new RegExp(`^  max_file_store: ${bytes}$`, 'm'));
    });

  test('NATS takes its configuration', { skip: withoutNatsServer }, async () => {
    const configuration = await natsConfiguration({});
    await temporaryFolder(async (folder) => {
      const file = join(folder, 'nats.conf');
      await writeFile(file, configuration);
      const env = { PATH: process.env.PATH, NATS_USER: 'facefleet', NATS_PASSWORD: 'n1' };
      await run('nats-server', ['-t', '--config', file], { env });
    });
  });

  test('images by digest are named so wherever they are named', async () => {
    const image = (repository: string) => ({ repository, tag: 'v9', digest: DIGEST });
    const { objects } = await renderedChart({
      image: image('registry.example/controller'),
      workerImage: image('registry.example/worker'),
      gpuImage: image('registry.example/gpu'),
      nats: { image: image('registry.example/nats') },
      trialS3: { enabled: true, image: image('registry.example/s3') },
    });
    const images = podsOf(objects).flatMap(({ spec }) => spec.containers.map(({ image }) => image));
    assert.deepEqual(
      [...new Set(images)].sort(),
      ['controller', 'nats', 's3'].map((name) => `registry.example/${name}@${DIGEST}`),
    );
    const args = controllerArgs(objects);
    assert.ok(args.includes(`--image=registry.example/worker@${DIGEST}`));
    assert.ok(args.includes(`--gpu-image=registry.example/gpu@${DIGEST}`));
  });

  test('the command of the controller takes its arguments', async () => {
    for (const { name, values } of VALUE_SETS) {
      const { objects } = await renderedChart(values);
      const command = controllerCommand()
        .exitOverride()
        .configureOutput({ writeErr: () => {} })
        .action(() => {});
      assert.doesNotThrow(() => command.parse([...controllerArgs(objects)], { from: 'user' }), name);
    }
    const { objects } = await renderedChart({
      controller: { scope: 'namespace', graceSeconds: 45, conductor: { cores: 0.25, memoryMiB: 512 } },
      trialS3: { enabled: true },
      models: { store: 's3://bucket/models', endpoint: 'https://s3.example.org:9000', cacheClaim: 'cache' },
    });
    const given = controllerCommand()
      .action(() => {})
      .parse([...controllerArgs(objects)], { from: 'user' })
      .opts<ControllerCommandOptions>();
    const { namespace, leaseNamespace, leaseName, natsSecret, s3Secret, grace, leaderElect } = given;
    assert.deepEqual([namespace, leaseNamespace], ['faces', 'faces']);
    assert.deepEqual([natsSecret, s3Secret], ['facefleet-nats', 'facefleet-trial-s3']);
    assert.deepEqual([grace, given.conductorCores, given.conductorMemoryMib], [45, 0.25, 512]);
    assert.deepEqual([leaderElect, given.listen], [true, '0.0.0.0:8080']);
    assert.deepEqual(
      [given.modelsStore, given.modelsEndpoint, given.modelsCacheClaim],
      ['s3://bucket/models', 'https://s3.example.org:9000', 'cache'],
    );
    const role = objects.find(({ kind }) => kind === 'Role')!;
    assert.match(JSON.stringify(role.rules), new RegExp(`"resourceNames":\\["${leaseName}"\\]`));
  });

  test('the rights of the controller are the rules of the file', async () => {
    const { cluster, namespaced, lease } = parse(
      await readFile(new URL('controller-rules.yaml', FILES), 'utf8'),
    ) as Record<'cluster' | 'namespaced' | 'lease', readonly unknown[]>;
    const rulesOf = async (scope: string) => {
      const { objects } = await renderedChart({ controller: { scope }, rbac: { aggregate: false } });
      const rules = (kind: string): unknown => objects.find((object) => object.kind === kind)!.rules;
      const bound = objects.flatMap(({ kind, subjects }) => (kind.endsWith('Binding') ? [subjects] : []));
      const account = { kind: 'ServiceAccount', name: 'facefleet', namespace: 'faces' };
      assert.deepEqual(bound, [[account], [account]]);
      return [rules('ClusterRole'), rules('Role')];
    };
    assert.deepEqual(await rulesOf('cluster'), [[...cluster, ...namespaced], lease]);
    assert.deepEqual(await rulesOf('namespace'), [cluster, [...lease, ...namespaced]]);
  });

  test('the definition is that of the file, with labels and the annotation that keeps it', async () => {
    const file = parse(
      await readFile(new URL('extractions.facefleet.dev.yaml', FILES), 'utf8'),
    ) as ChartObject;
    for (const keep of [true, false]) {
      const { objects } = await renderedChart({ crds: { keep } });
      const { metadata, ...rest } = objects.find(({ kind }) => kind === 'CustomResourceDefinition')!;
      const { metadata: own, ...wanted } = file;
      assert.deepEqual(rest, wanted);
      assert.equal(metadata.name, own.name);
      assert.deepEqual(metadata.annotations ?? {}, {
        ...own.annotations,
        ...(keep && { 'helm.sh/resource-policy': 'keep' }),
      });
    }
  });

  test('the definition has no rules in CEL for API servers that would refuse it for them', async () => {
    const show = ['--show-only', 'templates/crd.yaml'];
    const rules = async (version: string) =>
      (await helm((chart) => ['template', 'x', chart, '--kube-version', version, ...show])).match(
        /x-kubernetes-validations/g,
      )?.length ?? 0;
    assert.equal(await rules('1.24.17'), 0);
    assert.ok((await rules('1.25.0')) > 10);
  });

  test('alerts and dashboard are the files', async () => {
    const { objects } = await renderedChart({
      metrics: { prometheusRule: { enabled: true, labels: { release: 'x' } }, dashboard: { enabled: true } },
    });
    const rule = objects.find(({ kind }) => kind === 'PrometheusRule')!;
    assert.deepEqual(rule.spec, parse(await readFile(new URL('alerts.yaml', FILES), 'utf8')));
    assert.equal(rule.metadata.labels!.release, 'x');
    const { data } = objects.find(({ metadata }) => metadata.name === 'facefleet-dashboard')!;
    const [text] = Object.values(data as Record<string, string>);
    assert.deepEqual(JSON.parse(text!), JSON.parse(await readFile(new URL('dashboard.json', FILES), 'utf8')));
  });

  test('what to do next is told with the names of the release', async () => {
    const told = await chartNotes({ trialS3: { enabled: true, bucket: 'mine' } });
    assert.match(told, /kubectl -n faces rollout status deployment\/facefleet$/m);
    assert.match(told, /source: \{ address: "s3:\/\/mine\/photos", recursive: true \}/);
    assert.match(told, /get secret facefleet-trial-s3 /);
    assert.doesNotMatch(told, /bucket-keys|<no value>/);
    const plain = await chartNotes({ nats: { enabled: false, url: 'nats://n:4222' } });
    assert.match(plain, /create secret generic bucket-keys/);
    assert.match(plain, /credentials: \{ s3: \{ secretName: bucket-keys \} \}/);
    assert.doesNotMatch(plain, /trial-s3|facefleet-nats|<no value>/);
  });
});

function counted(objects: readonly ChartObject[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Ports of containers, Services and NetworkPolicies that leave their protocol to the default. */
function portsWithoutProtocol(objects: readonly ChartObject[]): string[] {
  const found: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'ports' && Array.isArray(inner))
        for (const port of inner as readonly { protocol?: string }[])
          if (port.protocol !== 'TCP') found.push(`${path}.ports`);
      look(inner, `${path}.${key}`);
    }
  };
  for (const { kind, metadata, spec } of objects)
    if (kind !== 'CustomResourceDefinition') look(spec, `${kind} ${metadata.name}`);
  return found;
}

/** Places outside of Secrets where the text of a generated secret stands. */
function leaks(objects: readonly ChartObject[]): string[] {
  const secrets = objects
    .filter(({ kind }) => kind === 'Secret')
    .flatMap(({ stringData }) => Object.entries(stringData as Record<string, string>))
    .flatMap(([name, text]) => (/PASSWORD|ACCESS_KEY/.test(name) ? [text] : []));
  return objects
    .filter(({ kind }) => kind !== 'Secret')
    .filter((object) => secrets.some((secret) => JSON.stringify(object).includes(secret)))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

function controllerArgs(objects: readonly ChartObject[]): readonly string[] {
  const containers = podsOf(objects).flatMap(({ spec }) => spec.containers);
  return containers.find(({ name }) => name === 'controller')!.args!;
}
