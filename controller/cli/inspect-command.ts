import { Command } from 'commander';
import { outputOption } from './output-option.ts';
import { runInspect } from './run-inspect.ts';

const EXAMPLES = `
Examples:
  facefleet inspect alignments.fsa
  facefleet inspect faces-out
  facefleet inspect faces-out/faces/photo_0.png
  facefleet inspect alignments.fsa -o json`;

/** `facefleet inspect FILE`. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('say what is in alignments, a face PNG or an output folder')
    .argument('<input>', 'anything that `facefleet convert` reads, or the folder of an unfinished extraction')
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(runInspect);
}
