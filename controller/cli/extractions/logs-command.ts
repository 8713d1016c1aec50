import { Command, Option } from 'commander';
import { timeInSeconds, wholeNumber } from '../parse-options.ts';
import { withKubeOptions } from './kube-options.ts';
import type { LogsOptions } from './run-logs.ts';

const AFTER = `
Examples:
  facefleet logs holiday
  facefleet logs holiday -f
  facefleet logs holiday --conductor --tail 50
  facefleet logs holiday --worker p0-s1       # every worker of the second stage of the first pass

Every line begins with what its pod is: the conductor, or a worker's lane. Pods that come later are followed, too, until the
extraction has ended.`;

/** `facefleet logs NAME`. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .description('the logs of the pods of an extraction')
    .argument('<name>', 'of the Extraction')
    .option('--conductor', 'only of the conductor', false)
    .option('--worker <lane>', 'only of this worker (p0-s0-r0), or of all of a stage (p0-s0) or a pass (p0)')
    .option('-f, --follow', 'go on with what comes', false)
    .option('-p, --previous', 'of the containers that ran before those of now', false)
    .addOption(new Option('--tail <n>', 'last lines of each pod').argParser(wholeNumber(0, 1_000_000_000)))
    .addOption(
      new Option('--since <time>', 'only lines that are newer, such as 90s or 2h').argParser(timeInSeconds),
    )
    .option('--timestamps', 'the time before each line', false)
    .option('--no-prefix', 'the lines alone');
  return withKubeOptions(command)
    .addHelpText('after', AFTER)
    .action(async (name: string, options: LogsOptions) => {
      const { runLogs } = await import('./run-logs.ts');
      await runLogs(name, options);
    });
}
