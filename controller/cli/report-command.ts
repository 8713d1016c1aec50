import { Command } from 'commander';
import { outputOption } from './output-option.ts';
import { wholeNumber } from './parse-options.ts';
import { runReport } from './run-report.ts';

const AFTER = `
Examples:
  facefleet report ./faces
  facefleet report s3://bucket/faces --to faces.html
  facefleet report ./faces --faces 0 --to numbers-only.html

The page needs nothing but a browser, and loads nothing from anywhere. A run may be at work meanwhile: it shows what is there so far.`;

/** `facefleet report OUT`. */
export function reportCommand(): Command {
  return new Command('report')
    .description('make one HTML file of an output: faces, distributions, failures, plan, models')
    .argument('<output>', 'folder or s3://bucket/prefix that an extraction writes to')
    .option('--to <file>', 'the file to write (default: <name of the output>-report.html, here)')
    .option('--faces <n>', 'faces that are shown, chosen evenly', wholeNumber(0, 5000), 500)
    .option('-f, --force', 'replace the file if it exists', false)
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(runReport);
}
