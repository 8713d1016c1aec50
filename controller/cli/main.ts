import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { clusterCommand } from './cluster-command.ts';
import { convertCommand } from './convert-command.ts';
import { demo } from './demo.ts';
import { devCommand } from './dev-command.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { extractCommand } from './extract-command.ts';
import { inspectCommand } from './inspect-command.ts';
import { modelsCommand } from './models-command.ts';
import { planCommand } from './plan-command.ts';
import { pluginsCommand } from './plugins-command.ts';
import { workerCommand } from './worker-command.ts';

const EXIT_CODES = `
Exit codes:
  0    everything was done
  1    the job failed
  2    the command line or the configuration is wrong; nothing was done
  3    the job was finished, but some frames failed (see failures.jsonl)
  130  stopped by Ctrl-C or SIGTERM; run the same command again to go on`;

/** The `facefleet` command; sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('facefleet')
    .description('Face extraction at cluster scale: aligned faces, landmarks and masks.')
    .version(packageJson.version)
    .exitOverride()
    .configureHelp({ sortOptions: false })
    .action(demo)
    .addHelpText('after', '\nWithout a command the demo runs: six sample photos into ./facefleet-demo.')
    .addHelpText('after', EXIT_CODES);
  for (const command of [
    extractCommand(),
    convertCommand(),
    inspectCommand(),
    planCommand(),
    modelsCommand(),
    pluginsCommand(),
    devCommand(),
    clusterCommand(),
    workerCommand(),
  ]) {
    program.addCommand(command);
  }
  const [, , first = '-'] = argv;
  if (
    !first.startsWith('-') &&
    first !== 'help' &&
    !program.commands.some((command) => command.name() === first)
  ) {
    const names = program.commands.map((command) => command.name()).join(', ');
    report(new FacefleetError('FF5001', `there is no command "${first}"; there are ${names}`));
    return;
  }
  overrideExit(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    report(error);
  }
}

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
    process.stderr.write(`facefleet: ${error.message}\n  ${error.hint}\n`);
    process.exitCode = exitCodeOf(error);
    return;
  }
  process.stderr.write(
    `facefleet: unexpected failure: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = EXIT.failed;
}
