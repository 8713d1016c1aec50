import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { finiteNumber, wholeNumber } from './parse-options.ts';
import { runControllerProcess } from './run-controller.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];
const IMAGE = 'ghcr.io/facefleet/worker';

const ENVIRONMENT = `
NATS: the address and the credentials are those of the environment, as for all processes (NATS_URL, NATS_USER, …; see docs/bus.md). The same address is given
to pods, with the Secret of --nats-secret.

Exit codes:
  0    it was told to stop (SIGTERM, SIGINT): what was in hand is done, the lease is released
  1    an unexpected failure; start it again
  2    the command line or the kubeconfig is wrong

A second signal ends at once. An API server or NATS that is away is waited for, and a lease that is lost is waited for again: see
docs/controller.md.`;

/** `facefleet controller`: looks after the Extractions of a cluster. */
export function controllerCommand(): Command {
  const env = (flags: string, description: string, variable: string): Option =>
    new Option(flags, description).env(variable);
  return new Command('controller')
    .description('look after the Extractions of a Kubernetes cluster')
    .addOption(
      new Option(
        '--kubeconfig <file>',
        'default: KUBECONFIG, ~/.kube/config, or the service account of the pod',
      ),
    )
    .addOption(new Option('--context <name>', 'of the kubeconfig'))
    .addOption(
      env(
        '-n, --namespace <name>',
        'whose Extractions are looked after; `all`: those of all namespaces',
        'FACEFLEET_NAMESPACE',
      ).default('all'),
    )
    .addOption(
      env('--image <image>', 'of conductors and CPU workers', 'FACEFLEET_IMAGE').default(
        `${IMAGE}:${packageJson.version}`,
      ),
    )
    .addOption(
      env('--gpu-image <image>', 'of GPU workers', 'FACEFLEET_GPU_IMAGE').default(
        `${IMAGE}-cuda:${packageJson.version}`,
      ),
    )
    .addOption(
      env('--image-pull-policy <policy>', 'of pods', 'FACEFLEET_IMAGE_PULL_POLICY')
        .choices(['Always', 'IfNotPresent', 'Never'])
        .default('IfNotPresent'),
    )
    .option('--image-pull-secret <name>', 'Secret to pull images with (repeatable)', collect, [])
    .addOption(
      env(
        '--nats-secret <name>',
        'Secret with NATS_USER, … for pods whose Extraction names none',
        'FACEFLEET_NATS_SECRET',
      ),
    )
    .addOption(
      env(
        '--s3-secret <name>',
        'Secret with AWS_ACCESS_KEY_ID, … for pods whose Extraction names none',
        'FACEFLEET_S3_SECRET',
      ),
    )
    .addOption(
      env(
        '--pod-nats <urls>',
        'address of NATS for pods, where it is another one than NATS_URL',
        'FACEFLEET_POD_NATS_URL',
      ),
    )
    .addOption(
      env(
        '--models-store <address>',
        'where workers take models from, instead of the npm registry: what `facefleet models push` filled',
        'FACEFLEET_MODELS_STORE',
      ),
    )
    .addOption(
      env(
        '--models-endpoint <url>',
        'S3 server of --models-store, where the Secrets of pods name none or another one',
        'FACEFLEET_MODELS_ENDPOINT',
      ),
    )
    .option(
      '--models-cache-claim <name>',
      'PersistentVolumeClaim of each namespace that keeps models for all workers',
    )
    .option('--grace <s>', 'how long a worker that is told to stop may finish its frames', seconds, 30)
    .option(
      '--ack-wait <s>',
      'after so long without a sign of life frames of a worker go to its successor',
      seconds,
      30,
    )
    .option('--conductor-cores <n>', 'that a conductor asks for', finiteNumber(0.01, 64), 0.5)
    .option('--conductor-memory-mib <n>', 'that a conductor asks for', wholeNumber(64, 1_048_576), 768)
    .option(
      '--profiles <file>',
      'measured profile to plan by, beside the built-in ones (repeatable)',
      collect,
      [],
    )
    .addOption(
      env('--listen <address>', 'port or host:port of /healthz, /readyz and /metrics', 'FACEFLEET_LISTEN'),
    )
    .option('--no-leader-elect', 'act without a lease: only where there is no other controller')
    .addOption(
      env(
        '--lease-namespace <name>',
        'default: the namespace of the pod or of the context',
        'FACEFLEET_LEASE_NAMESPACE',
      ),
    )
    .option('--lease-name <name>', 'controllers of one name share one lease', 'facefleet-controller')
    .option(
      '--lease-duration <s>',
      'a leader that is silent for so long is replaced',
      wholeNumber(3, 3600),
      15,
    )
    .option('--parallel <n>', 'Extractions that are looked at at a time', wholeNumber(1, 256), 8)
    .addOption(
      new Option('-L, --log-level <level>', 'of the log on stderr').choices(LOG_LEVELS).default('info'),
    )
    .addHelpText('after', ENVIRONMENT)
    .action(runControllerProcess);
}

const seconds = wholeNumber(1, 86_400);

function collect(value: string, all: readonly string[]): string[] {
  return [...all, value];
}
