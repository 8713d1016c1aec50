import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { dirError } from '../../worker/store/dir-error.ts';
import { asCalled } from './called-by-kubectl.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';

const EXIT_CODES = `
Exit codes:
  0    everything was done
  1    the job failed
  2    the command line or the configuration is wrong; nothing was done
  3    the job was finished, but some frames failed (see failures.jsonl)
  4    verify: all that is there holds, but the extraction is not complete
  130  stopped by Ctrl-C or SIGTERM; run the same command again to go on`;

export interface Entry {
  readonly group: string;
  /** Another name of the same command. */
  readonly alias?: string;
  /** Makes the command. Loaded when asked for: together they take longer to load than some of them to run. */
  readonly load: () => Promise<Command>;
}

const HERE = 'On this machine:';
const CLUSTER = 'In a Kubernetes cluster:';
const ABOUT = 'Plugins and models:';
const PARTS = 'Cluster runs and their parts:';

/** The commands in the order of the help. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  extract: { group: HERE, load: async () => (await import('./extract-command.ts')).extractCommand() },
  convert: { group: HERE, load: async () => (await import('./convert-command.ts')).convertCommand() },
  inspect: { group: HERE, load: async () => (await import('./inspect-command.ts')).inspectCommand() },
  status: { group: HERE, load: async () => (await import('./status-command.ts')).statusCommand() },
  verify: { group: HERE, load: async () => (await import('./verify-command.ts')).verifyCommand() },
  report: { group: HERE, load: async () => (await import('./report-command.ts')).reportCommand() },
  plan: { group: CLUSTER, load: async () => (await import('./plan-command.ts')).planCommand() },
  submit: {
    group: CLUSTER,
    load: async () => (await import('./extractions/submit-command.ts')).submitCommand(),
  },
  list: {
    group: CLUSTER,
    alias: 'get',
    load: async () => (await import('./extractions/list-command.ts')).listCommand(),
  },
  watch: {
    group: CLUSTER,
    load: async () => (await import('./extractions/watch-command.ts')).watchCommand(),
  },
  logs: { group: CLUSTER, load: async () => (await import('./extractions/logs-command.ts')).logsCommand() },
  suspend: {
    group: CLUSTER,
    load: async () => (await import('./extractions/change-commands.ts')).suspendCommand(),
  },
  resume: {
    group: CLUSTER,
    load: async () => (await import('./extractions/change-commands.ts')).resumeCommand(),
  },
  cancel: {
    group: CLUSTER,
    load: async () => (await import('./extractions/change-commands.ts')).cancelCommand(),
  },
  models: { group: ABOUT, load: async () => (await import('./models-command.ts')).modelsCommand() },
  plugins: { group: ABOUT, load: async () => (await import('./plugins-command.ts')).pluginsCommand() },
  dev: { group: PARTS, load: async () => (await import('./dev-command.ts')).devCommand() },
  cluster: { group: PARTS, load: async () => (await import('./cluster-command.ts')).clusterCommand() },
  controller: {
    group: CLUSTER,
    load: async () => (await import('./controller-command.ts')).controllerCommand(),
  },
  worker: { group: PARTS, load: async () => (await import('./worker-command.ts')).workerCommand() },
};

/** The `facefleet` command; sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('facefleet')
    .description('Face extraction at cluster scale: aligned faces, landmarks and masks.')
    .version(packageJson.version)
    .configureHelp({ sortOptions: false })
    .action(async () => (await import('./demo.ts')).demo())
    .addHelpText('after', '\nWithout a command the demo runs: six sample photos into ./facefleet-demo.')
    .addHelpText('after', EXIT_CODES);
  // a reader that has seen enough, such as head, is no failure; what goes on writing has a handler of its own
  process.stdout.on('error', onOutputError);
  const [node = '', script = '', ...given] = argv;
  const args = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  const [first = ''] = args;
  const entries = Object.entries(COMMANDS);
  const asked = entries.find(([name, { alias }]) => name === first || alias === first)?.[1];
  if (asked === undefined && first !== '' && !first.startsWith('-')) {
    const names = Object.keys(COMMANDS).join(', ');
    report(new FacefleetError('FF5001', `there is no command "${first}"; there are ${names}`));
    return;
  }
  const shown = first === '-h' || first === '--help' ? entries.map(([, entry]) => entry) : [];
  for (const { group, load } of asked === undefined ? shown : [asked])
    program.addCommand((await load()).helpGroup(group));
  setUp(program);
  try {
    await program.parseAsync([node, script, ...args]);
  } catch (error) {
    report(error);
  }
}

function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') report(dirError('FF4001', 'standard output', error));
}

/** The last error that was printed: the standard output's comes twice to commands that wait for it. */
let told = '';

function setUp(command: Command): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => process.stdout.write(asCalled(text)),
    writeErr: (text) => process.stderr.write(asCalled(text)),
  });
  for (const child of command.commands) setUp(child);
}

function report(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return;
  }
  if (error instanceof FacefleetError) {
    if (error.message !== told)
      process.stderr.write(`facefleet: ${error.message}\n  ${asCalled(error.hint)}\n`);
    told = error.message;
    process.exitCode = exitCodeOf(error);
    return;
  }
  process.stderr.write(
    `facefleet: unexpected failure: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = EXIT.failed;
}
