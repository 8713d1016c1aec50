import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSamples } from '../../models/samples.ts';
import { runCli } from '../fixtures/cli.ts';
import { diesWithParent } from '../servers/dies-with-parent.ts';
import { kubeletProgram } from '../servers/kube-programs.ts';
import { kubeTool } from '../servers/kubectl.ts';
import { buildImages, MODELS } from './build-images.ts';
import { removeControlGroups } from './control-groups.ts';
import { withoutNodes } from './machine.ts';

/**
 * `npm run test:e2e`: installs the chart on a cluster whose nodes really run pods, and has it extract. Without FACEFLEET_TEST_KUBECONFIG that is
 * one of its own, in a machine within this one: namespaces for network, mounts and processes, so that nothing of it is left however it ends.
 */
const SUITE = fileURLToPath(new URL('install.test.ts', import.meta.url));
const suite = [process.execPath, '--test', SUITE];

process.exitCode =
  process.env.FACEFLEET_TEST_KUBECONFIG || withoutNodes() !== false ? await run(suite) : await onOwnMachine();

async function onOwnMachine(): Promise<number> {
  // there is no way out of the machine: what has to be fetched is fetched before
  await ensureSamples();
  const pulled = await runCli(['models', 'pull', ...MODELS]);
  if (pulled.code !== 0) throw new Error(pulled.stderr);
  const tools = { FACEFLEET_KUBECTL: await kubeTool('kubectl'), FACEFLEET_HELM: await kubeTool('helm') };
  const programs = dirname(await kubeletProgram());
  const archives = await buildImages();
  const folder = await mkdtemp(join(tmpdir(), 'facefleet-e2e-'));
  try {
    const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    // a shell comes first: it sees to processes whose parents have ended
    const script = 'ip link set lo up; "$@"; exit $?';
    return await run(diesWithParent(['unshare', ...namespaces, 'sh', '-c', script, 'sh', ...suite]), {
      // the local run, too, has to share the cores
      FACEFLEET_TEST_LIMIT_S: '900',
      ...tools,
      FACEFLEET_KUBE_BIN: programs,
      FACEFLEET_E2E_MACHINE: folder,
      TMPDIR: folder,
      FACEFLEET_E2E_IMAGES: archives.join(':'),
    });
  } finally {
    await removeControlGroups(basename(folder));
    // many files: the asynchronous one takes minutes
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  const child = spawn(words[0]!, words.slice(1), { stdio: 'inherit', env: { ...process.env, ...env } });
  // `unshare` ends by nothing else, and what it started ends with it
  process.once('SIGTERM', () => child.kill('SIGKILL'));
  // whoever presses Ctrl-C sends it to all
  process.once('SIGINT', () => {});
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
