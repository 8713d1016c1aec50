import { Command, InvalidArgumentError } from 'commander';
import { outputOption } from './output-option.ts';
import { runStatus } from './run-status.ts';

const DEFAULT_SECONDS = 2;

const EXAMPLES = `
Examples:
  facefleet status ./faces
  facefleet status s3://bucket/faces --watch
  facefleet status ./faces -o json --watch 10`;

/** `facefleet status OUT`. */
export function statusCommand(): Command {
  return new Command('status')
    .description('tell how far an extraction is, from its output alone')
    .argument('<output>', 'folder or s3://bucket/prefix that an extraction writes to')
    .option(
      '--watch [seconds]',
      `tell it again and again until no run is at work (every ${DEFAULT_SECONDS} s)`,
      seconds,
    )
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action((output: string, { watch, ...options }: { watch?: number | true; output: 'text' | 'json' }) =>
      runStatus(output, { ...options, watchSeconds: watch === true ? DEFAULT_SECONDS : (watch ?? null) }),
    );
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0.1 && value <= 86_400) return value;
  throw new InvalidArgumentError(`"${text}" is no number of seconds from 0.1 to 86400.`);
}
