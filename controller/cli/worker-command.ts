import { Command, Option } from 'commander';
import { wholeNumber } from './parse-options.ts';
import { runCleanProcess } from './run-clean.ts';
import { runConductorProcess, runDecodeProcess, runStageProcess } from './run-worker.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

const EXIT_CODES = `
Exit codes of all:
  0    the job, or this worker's part of it, is done; a stage or a decoder that was told to stop
  1    it failed; start it again
  2    the job is wrong, or does not fit its output; do not start it again
  3    (conductor) the job is done, but some frames failed
  130  (conductor) it was told to stop before the job was done

SIGTERM: a stage finishes the frames in work within the job's grace period and hands back the others; a decoder hands back its segment;
a conductor stops at once and keeps what is recorded. SIGINT: the conductor waits for the frames that are out, and ends the workers. A second signal ends at once.`;

/** `facefleet worker conductor|stage|decode|clean`: what runs in pods, and as children of `facefleet cluster run`. */
export function workerCommand(): Command {
  const worker = new Command('worker').description('one process of a cluster run (see `facefleet cluster`)');
  withCommonOptions(worker.command('conductor'))
    .description("hand out a job's frames and collect the results")
    .option(
      '--owner <name>',
      'who this is: takes the output over at once from one of the same name, of which nobody can tell whether it lives',
    )
    .action(runConductorProcess);
  withCommonOptions(worker.command('stage'))
    .description('work on the frames of one stage of one pass')
    .requiredOption('--pass <n>', '0-based pass of the plan', wholeNumber(0, 63))
    .requiredOption('--stage <n>', '0-based stage of the pass', wholeNumber(0, 63))
    .requiredOption('--replica <n>', '0-based replica of the stage', wholeNumber(0, 9999))
    .action(runStageProcess);
  withCommonOptions(worker.command('decode'))
    .description("decode a video's segments and send the frames to the first stage")
    .requiredOption('--replica <n>', '0-based decode worker of the job', wholeNumber(0, 999))
    .action(runDecodeProcess);
  withJob(worker.command('clean'))
    .description('remove lanes and temporary objects of a job that will not go on; results stay')
    .action(runCleanProcess);
  return worker.addHelpText('after', EXIT_CODES);
}

function withCommonOptions(command: Command): Command {
  return withJob(command)
    .option('--listen <address>', 'port or host:port of /healthz, /readyz and /metrics')
    .option('--with-parent', 'stop when the standard input ends', false);
}

function withJob(command: Command): Command {
  return command
    .requiredOption('--job <file>', 'the job file, which may be packed by gzip')
    .option('--termination-log <file>', 'leave the last event there as one line of JSON')
    .addOption(
      new Option('-L, --log-level <level>', 'of the log on stderr').choices(LOG_LEVELS).default('info'),
    );
}
