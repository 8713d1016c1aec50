import { Command, InvalidArgumentError } from 'commander';
import { calledByKubectl } from './called-by-kubectl.ts';
import { namesExtraction } from './extractions/extraction-name.ts';
import { choosesCluster, type KubeOptions, withKubeOptions } from './extractions/kube-options.ts';
import { outputOption } from './output-option.ts';
import { runStatus } from './run-status.ts';

const DEFAULT_SECONDS = 2;

const EXAMPLES = `
Examples:
  facefleet status ./faces
  facefleet status s3://bucket/faces --watch
  facefleet status ./faces -o json --watch 10
  facefleet status fx/holiday            # of the Extraction in the cluster; also: kubectl facefleet status holiday

fx/NAME (or extraction/NAME) is an Extraction of the cluster, and so is a bare name when kubectl calls, or when an option chooses
the cluster or the namespace. All else is an output; a folder fx/holiday is ./fx/holiday.`;

interface StatusOptions extends KubeOptions {
  readonly watch?: number | true;
  readonly output: 'text' | 'json';
}

/** `facefleet status OUT`, and of an Extraction in the cluster. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('tell how far an extraction is: from its output alone, or in the cluster')
    .argument('<what>', 'folder or s3://bucket/prefix that an extraction writes to, or fx/NAME')
    .option(
      '--watch [seconds]',
      `tell it again and again until no run is at work (every ${DEFAULT_SECONDS} s)`,
      seconds,
    )
    .addOption(outputOption());
  return withKubeOptions(command).addHelpText('after', EXAMPLES).action(run);
}

async function run(what: string, { watch, ...options }: StatusOptions): Promise<void> {
  if (namesExtraction(what, calledByKubectl() || choosesCluster(options))) {
    const { runExtractionStatus } = await import('./extractions/run-extraction-status.ts');
    await runExtractionStatus(what, { ...options, watch: watch !== undefined });
    return;
  }
  const watchSeconds = watch === true ? DEFAULT_SECONDS : (watch ?? null);
  await runStatus(what, { output: options.output, watchSeconds });
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0.1 && value <= 86_400) return value;
  throw new InvalidArgumentError(`"${text}" is no number of seconds from 0.1 to 86400.`);
}
