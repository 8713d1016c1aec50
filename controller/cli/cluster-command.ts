import { Command } from 'commander';
import { withExtractOptions } from './extract-command.ts';
import { wholeNumber } from './parse-options.ts';
import { runCluster } from './run-cluster.ts';

const EXAMPLES = `
Examples:
  facefleet dev up
  facefleet cluster run ./frames ./faces --workers 2
  facefleet cluster run s3://bucket/frames s3://bucket/faces --workers 4 --recursive
  facefleet cluster run holiday.mp4 ./faces --workers 2 --decode-workers 3
  facefleet cluster run ./frames ./faces --plan plan.json --nats nats://127.0.0.1:4222

Credentials are taken from the environment: NATS_USER, NATS_PASSWORD_FILE, NATS_CREDS, … for the bus, AWS_ACCESS_KEY_ID, AWS_PROFILE, … for
buckets, AWS_ENDPOINT_URL for servers other than AWS.`;

/** Options of `facefleet extract` alone. */
const LOCAL_ONLY = ['--from-alignments', '--contact-sheet'];

/** `facefleet cluster run SOURCE OUTPUT`. */
export function clusterCommand(): Command {
  const cluster = new Command('cluster').description(
    'the distributed extraction, as processes on this machine',
  );
  const run = cluster
    .command('run')
    .description('extract with a conductor and several workers that pass frames over NATS')
    .argument('[source]', 'folder, image, list, video or s3://bucket/prefix')
    .argument('[output]', 'folder or s3://bucket/prefix')
    .optionsGroup('Cluster:')
    .option(
      '-f, --file <extraction.yaml>',
      'take plugins and, where not given, source and output from an Extraction',
    )
    .option(
      '--workers <n>',
      'workers of the one stage that has all plugins (default: 2)',
      wholeNumber(1, 256),
    )
    .option(
      '--decode-workers <n>',
      'workers that decode a video; 0: the conductor does (default: 1)',
      wholeNumber(0, 1000),
    )
    .option('--plan <file>', 'passes, stages and replicas as `facefleet plan -o json` gives them')
    .option('--nats <urls>', 'the bus (default: NATS_URL, else nats://127.0.0.1:4222)')
    .option('--job-file <file>', 'write the job there, too')
    .option('--by-reference', 'let no image ride in a message', false)
    .option('--tries <n>', 'tries of a frame that fails', wholeNumber(1, 100), 3)
    .option(
      '--grace <seconds>',
      'how long a worker that is stopped may finish its frames',
      wholeNumber(0, 3600),
      30,
    )
    .option('--ack-wait <seconds>', 'a worker that is silent for so long is lost', wholeNumber(1, 3600), 30);
  withExtractOptions(run).addHelpText('after', EXAMPLES).action(runCluster);
  // they are refused with a word of where they belong
  for (const option of run.options) if (LOCAL_ONLY.includes(option.long ?? '')) option.hideHelp();
  return cluster;
}
