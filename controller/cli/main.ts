import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { dirError } from '../../worker/store/dir-error.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';

const EXIT_CODES = `
Exit codes:
  0    everything was done
  1    the job failed
  2    the command line or the configuration is wrong; nothing was done
  3    the job was finished, but some frames failed (see failures.jsonl)
  4    verify: all that is there holds, but the extraction is not complete
  130  stopped by Ctrl-C or SIGTERM; run the same command again to go on`;

/** What makes each command, in the order of the help. Loaded when asked for: together they take longer to load than some of them to run. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['extract', async () => (await import('./extract-command.ts')).extractCommand()],
  ['convert', async () => (await import('./convert-command.ts')).convertCommand()],
  ['inspect', async () => (await import('./inspect-command.ts')).inspectCommand()],
  ['status', async () => (await import('./status-command.ts')).statusCommand()],
  ['verify', async () => (await import('./verify-command.ts')).verifyCommand()],
  ['plan', async () => (await import('./plan-command.ts')).planCommand()],
  ['models', async () => (await import('./models-command.ts')).modelsCommand()],
  ['plugins', async () => (await import('./plugins-command.ts')).pluginsCommand()],
  ['dev', async () => (await import('./dev-command.ts')).devCommand()],
  ['cluster', async () => (await import('./cluster-command.ts')).clusterCommand()],
  ['worker', async () => (await import('./worker-command.ts')).workerCommand()],
]);

/** The `facefleet` command; sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('facefleet')
    .description('Face extraction at cluster scale: aligned faces, landmarks and masks.')
    .version(packageJson.version)
    .exitOverride()
    .configureHelp({ sortOptions: false })
    .action(async () => (await import('./demo.ts')).demo())
    .addHelpText('after', '\nWithout a command the demo runs: six sample photos into ./facefleet-demo.')
    .addHelpText('after', EXIT_CODES);
  // a reader that has seen enough, such as head, is no failure; what goes on writing has a handler of its own
  process.stdout.on('error', onOutputError);
  const [node = '', script = '', ...given] = argv;
  const args = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  const [first = ''] = args;
  const asked = COMMANDS.get(first);
  if (asked === undefined && first !== '' && !first.startsWith('-')) {
    const names = [...COMMANDS.keys()].join(', ');
    report(new FacefleetError('FF5001', `there is no command "${first}"; there are ${names}`));
    return;
  }
  const shown = first === '-h' || first === '--help' ? [...COMMANDS.values()] : [];
  for (const load of asked === undefined ? shown : [asked]) program.addCommand(await load());
  overrideExit(program);
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

function overrideExit(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride();
    overrideExit(child);
  }
}

function report(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return;
  }
  if (error instanceof FacefleetError) {
    if (error.message !== told) process.stderr.write(`facefleet: ${error.message}\n  ${error.hint}\n`);
    told = error.message;
    process.exitCode = exitCodeOf(error);
    return;
  }
  process.stderr.write(
    `facefleet: unexpected failure: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = EXIT.failed;
}
