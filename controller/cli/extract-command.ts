import { Command, Option } from 'commander';
import { FAILURE_LIMITS } from '../../worker/conductor/plugin-failures.ts';
import { PROVIDERS } from '../../worker/engine/session.ts';
import { DEFAULT_LIMITS } from '../../worker/source/limits.ts';
import { outputOption } from './output-option.ts';
import { quantity, rotationAngles, sizeLimit, wholeNumber } from './parse-options.ts';
import { runExtract } from './run-extract.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

const EXAMPLES = `
Examples:
  facefleet extract ./frames ./faces
  facefleet extract holiday.mp4 ./faces --every-n 5 --detector yunet
  facefleet extract ./frames ./faces --masker bisenet --masker extended --re-align
  facefleet extract ./frames ./faces -o json | tail -n 1`;

/** `facefleet extract IN OUT`. */
export function extractCommand(): Command {
  const command = new Command('extract')
    .description('extract faces from a folder of images, an image, a video or a list of images')
    .argument('<input>', 'folder, image, video, or .txt list of image paths')
    .argument('<output>', 'folder for faces/, alignments.jsonl and .fsa, failures.jsonl and extraction.json');
  return withExtractOptions(command).addHelpText('after', EXAMPLES).action(runExtract);
}

/** Adds the options of an extraction. */
export function withExtractOptions(command: Command): Command {
  return command
    .optionsGroup('Plugins:')
    .option('-D, --detector <name>', 'finds faces', 'ultraface')
    .option('-A, --aligner <name>', 'finds landmarks', 'mediapipe478')
    .option('-M, --masker <name...>', 'makes masks; `none` for none (default: components extended)')
    .option('-C, --config <file>', 'YAML file of plugin options (see `facefleet plugins`)')
    .optionsGroup('Detection:')
    .addOption(
      new Option(
        '-m, --min-size <size>',
        'smallest face: pixels of the diagonal (40) or percent of the shorter side (5%); 0 = any',
      ).argParser(sizeLimit(100)),
    )
    .addOption(
      new Option(
        '-x, --max-size <size>',
        'largest face, percent of the shorter side (80%); 0% = any',
      ).argParser(sizeLimit(500)),
    )
    .addOption(
      new Option(
        '-r, --rotate <angles>',
        'look again in turned frames: on, a step in degrees, or a comma list',
      )
        .argParser(rotationAngles)
        .default([0], 'off'),
    )
    .optionsGroup('Alignment:')
    .addOption(
      new Option('-O, --normalize <method>', "of the aligner's input")
        .choices(['none', 'clahe', 'hist', 'mean'])
        .default('none'),
    )
    .addOption(
      new Option('-R, --re-feed <n>', 'average n further runs with the box moved a little')
        .argParser(wholeNumber(0, 10))
        .default(0),
    )
    .option('-a, --re-align', 'run the aligner once more on the upright face', false)
    .option('-g, --align-filters', 'drop faces whose landmarks are implausible', false)
    .optionsGroup('Input:')
    .option('--recursive', 'images in sub-folders too', false)
    .option('--follow-links', 'take files and folders that links outside the input lead to', false)
    .addOption(
      new Option('-N, --every-n <n>', 'take every n-th frame')
        .argParser(wholeNumber(1, 1_000_000))
        .default(1),
    )
    .option(
      '--from-alignments <file>',
      'take faces from alignments (any that `facefleet convert` reads) instead of a detector; only faces without landmarks are aligned',
    )
    .option('--image-is-aligned', 'the images are head crops already', false)
    .addOption(
      new Option('--max-pixels <n>', 'refuse larger images')
        .argParser(quantity)
        .default(DEFAULT_LIMITS.maxPixels),
    )
    .addOption(
      new Option('--max-bytes <n>', 'refuse larger image files')
        .argParser(quantity)
        .default(DEFAULT_LIMITS.maxBytes),
    )
    .addOption(
      new Option('--decode-timeout <seconds>', 'give up on images that take longer')
        .argParser(wholeNumber(1, 3600))
        .default(DEFAULT_LIMITS.timeoutMs / 1000),
    )
    .optionsGroup('Output:')
    .addOption(
      new Option('-z, --size <px>', 'side of the head crops').argParser(wholeNumber(64, 2048)).default(512),
    )
    .option('--skip-faces', 'write no face images, only alignments', false)
    .option('-B, --debug-landmarks', 'draw landmarks on the face images', false)
    .option('-s, --skip-existing', 'keep every frame the output has, whatever it was made with', false)
    .option('-e, --skip-existing-faces', 'likewise, but only frames with faces', false)
    .option('--overwrite', 'start afresh: remove what an earlier extraction left in the output', false)
    .option(
      '--contact-sheet <file>',
      'draw up to 120 faces with landmarks and masks into a .png, .jpg or .webp file',
    )
    .optionsGroup('Giving up:')
    .addOption(
      new Option('--max-failed-in-a-row <n>', 'frames in a row on which a plugin fails; 0 = any number')
        .argParser(wholeNumber(0, 1_000_000_000))
        .default(FAILURE_LIMITS.inARow),
    )
    .addOption(
      new Option('--max-failed-share <percent>', 'percent of all frames on which a plugin fails; 100 = all')
        .argParser(wholeNumber(0, 100))
        .default(FAILURE_LIMITS.share * 100),
    )
    .optionsGroup('Machine:')
    .addOption(
      new Option(
        '--providers <names...>',
        'execution providers in order of preference (default: cuda where there is a GPU, then cpu)',
      ).choices(PROVIDERS),
    )
    .addOption(
      new Option('-X, --exclude-gpus <index...>', 'GPUs that are not to be used').argParser(
        (text: string, before: number[] | undefined) => [...(before ?? []), wholeNumber(0, 255)(text)],
      ),
    )
    .addOption(
      new Option('--threads <n>', 'host threads (default: one per core)').argParser(wholeNumber(1, 256)),
    )
    .optionsGroup('Reporting:')
    .addOption(outputOption())
    .addOption(
      new Option('-L, --log-level <level>', 'of the log on stderr').choices(LOG_LEVELS).default('warn'),
    )
    .option('-q, --quiet', 'no progress', false);
}
