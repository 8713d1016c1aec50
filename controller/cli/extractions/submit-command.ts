import { Command, InvalidArgumentError, Option } from 'commander';
import { rotationAngles, sizeLimit, timeInSeconds, wholeNumber } from '../parse-options.ts';
import { withKubeOptions } from './kube-options.ts';
import type { SubmitOptions } from './run-submit.ts';
import type { VolumeOption } from './submit-manifest.ts';

const AFTER = `
Examples:
  facefleet submit -f extraction.yaml
  facefleet submit s3://photos/2024 s3://faces/2024 --s3-secret photos --masker bisenet --wait
  facefleet submit /data/in /data/out --volume photos:/data --name holiday --dry-run=client -o yaml

The same command again means the same extraction: without --name it is named after its output.

Exit codes: 0 submitted, 1 the cluster failed, 2 the extraction is wrong or the cluster refuses it, nothing was sent or changed.
With --wait those of \`facefleet watch\`.`;

/** `facefleet submit`. */
export function submitCommand(): Command {
  const command = new Command('submit')
    .description('create an extraction in the cluster, from a file or from the command line')
    .argument('[source]', 's3://bucket/prefix, or a path below a volume: folder, image, list or video')
    .argument('[output]', 's3://bucket/prefix, or a folder below a volume')
    .optionsGroup('Submitting:')
    .option('-f, --file <file>', 'the Extraction as YAML or JSON; `-` for stdin')
    .option('--name <name>', 'of the Extraction (default: after its output)')
    .option('--generate-name [prefix]', 'a new name each time')
    .addOption(
      new Option('--dry-run [where]', 'only check: here (client), or by the cluster, too (server)')
        .choices(['client', 'server', 'none'])
        .preset('client')
        .default('none'),
    )
    .option('--force-conflicts', 'take over entries that somebody else has set', false)
    .option('--wait', 'follow it until it ends, as `facefleet watch` does', false)
    .addOption(
      new Option('-o, --output <format>', 'what is printed')
        .choices(['text', 'name', 'json', 'yaml'])
        .default('text'),
    )
    .optionsGroup('Plugins:')
    .option('-D, --detector <name>', 'finds faces; `none` when the frames are aligned faces already')
    .option('-A, --aligner <name>', 'finds landmarks')
    .option('-M, --masker <name...>', 'makes masks; `none` for none')
    .option('-C, --config <file>', 'YAML file of plugin options (see `facefleet plugins`)')
    .addOption(
      new Option(
        '-m, --min-size <size>',
        'smallest face: pixels of the diagonal (40) or percent (5%)',
      ).argParser(sizeLimit(100)),
    )
    .addOption(new Option('-x, --max-size <size>', 'largest face, percent (80%)').argParser(sizeLimit(500)))
    .addOption(
      new Option(
        '-r, --rotate <angles>',
        'look again in turned frames: on, a step, or a comma list',
      ).argParser(rotationAngles),
    )
    .addOption(
      new Option('-O, --normalize <method>', "of the aligner's input").choices([
        'none',
        'clahe',
        'hist',
        'mean',
      ]),
    )
    .addOption(
      new Option('-R, --re-feed <n>', 'average n further runs of the aligner').argParser(wholeNumber(0, 10)),
    )
    .option('-a, --re-align', 'run the aligner once more on the upright face')
    .option('-g, --align-filters', 'drop faces whose landmarks are implausible')
    .optionsGroup('Source and output:')
    .option('--recursive', 'images in sub-folders too')
    .addOption(new Option('-N, --every-n <n>', 'take every n-th frame').argParser(wholeNumber(1, 1_000_000)))
    .addOption(new Option('-z, --size <px>', 'side of the head crops').argParser(wholeNumber(64, 2048)))
    .option('--skip-faces', 'write no face images, only alignments')
    .option('-B, --debug-landmarks', 'draw landmarks on the face images')
    .addOption(
      new Option('--existing <what>', 'becomes of an earlier output').choices([
        'Continue',
        'Overwrite',
        'Keep',
        'KeepWithFaces',
      ]),
    )
    .option('--endpoint <url>', 'S3 server (default: AWS)')
    .option('--region <name>', 'of the buckets')
    .option('--s3-secret <name>', 'Secret with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, …')
    .addOption(
      new Option('--volume <claim:path[:ro]...>', 'PersistentVolumeClaim and where pods see it').argParser(
        collectVolumes,
      ),
    )
    .optionsGroup('Running:')
    .addOption(new Option('--policy <name>', 'how it is planned').choices(['fleet', 'compat']))
    .addOption(new Option('--device <kind>', 'what it runs on').choices(['auto', 'gpu', 'cpu']))
    .addOption(
      new Option('--max-replicas <n>', 'most workers at a time').argParser(wholeNumber(1, 1_000_000)),
    )
    .addOption(
      new Option('--decode-workers <n>', 'that share the decoding of a video').argParser(
        wholeNumber(0, 1000),
      ),
    )
    .addOption(new Option('--priority <n>', 'who gets devices first: the highest').argParser(integer))
    .addOption(
      new Option('--deadline <time>', 'it fails when active for so long, such as 90m').argParser(
        timeInSeconds,
      ),
    )
    .addOption(
      new Option('--ttl <time>', 'it is deleted so long after its end, such as 2d').argParser(timeInSeconds),
    )
    .option('--nats-secret <name>', 'Secret with NATS_USER, NATS_PASSWORD, …')
    .option('--suspend', 'it rests until `facefleet resume`');
  return withKubeOptions(command)
    .addHelpText('after', AFTER)
    .action(async (source: string | undefined, output: string | undefined, options: SubmitOptions) => {
      const { runSubmit } = await import('./run-submit.ts');
      await runSubmit(source, output, options);
    });
}

function collectVolumes(text: string, before: readonly VolumeOption[] = []): readonly VolumeOption[] {
  const match = /^([a-z0-9][a-z0-9.-]*):(\/[^:]+)(:ro)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`"${text}" is no claim:/path or claim:/path:ro.`);
  return [...before, { claimName: match[1]!, mountPath: match[2]!, readOnly: match[3] !== undefined }];
}

function integer(text: string): number {
  if (!/^-?\d{1,10}$/.test(text)) throw new InvalidArgumentError(`"${text}" is no whole number.`);
  return Number(text);
}
