import { Command, Option } from 'commander';
import { PORTABLE_FORMATS } from '../../worker/formats/portable/portable-format.ts';
import { outputOption } from './output-option.ts';
import { runConvert } from './run-convert.ts';

const EXAMPLES = `
Examples:
  facefleet convert faces-out --to fsa --out alignments.fsa
  facefleet convert alignments.fsa --to jsonl --out -  | head -n 1
  facefleet convert import.json --to csv --out faces.csv

The input's content decides what it is: an .fsa file, faceswap's JSON, JSON lines, a face PNG, the folder of a finished
extraction, a folder of face PNGs, or - for the standard input. What the output has no place for is counted on stderr.`;

/** `facefleet convert IN --to FORMAT --out FILE`. */
export function convertCommand(): Command {
  return new Command('convert')
    .description('convert alignments between facefleet, faceswap and other programs')
    .argument('<input>', 'alignments of any format, an output folder or a folder of face PNGs')
    .addOption(
      new Option('-t, --to <format>', 'what is written').choices(PORTABLE_FORMATS).makeOptionMandatory(),
    )
    .requiredOption('--out <file>', 'the file to write; - for the standard output')
    .option('-f, --force', 'replace the file if it exists', false)
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(runConvert);
}
