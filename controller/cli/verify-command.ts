import { Command } from 'commander';
import { outputOption } from './output-option.ts';
import { wholeNumber } from './parse-options.ts';
import { runVerify } from './run-verify.ts';

const AFTER = `
Examples:
  facefleet verify ./faces
  facefleet verify s3://bucket/faces --deep
  facefleet verify ./faces -o json

Exit codes: 0 complete, and everything holds; 1 something does not hold; 2 there is no extraction;
4 what is there holds, but the extraction is not complete. A run may be at work meanwhile; nothing is changed.`;

/** `facefleet verify OUT`. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'prove that every frame of an output is accounted for once, and that every file is as it was written',
    )
    .argument('<output>', 'folder or s3://bucket/prefix that an extraction wrote to')
    .option('--deep', 'decode every crop and compare its header with its record', false)
    .option('--strict', 'warnings count as errors', false)
    .option('--findings <n>', 'findings of each kind that are shown', wholeNumber(1, 1_000_000), 10)
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(runVerify);
}
