import { Command } from 'commander';
import { calledByKubectl } from './called-by-kubectl.ts';
import { namesExtraction } from './extractions/extraction-name.ts';
import { choosesCluster, type KubeOptions, withKubeOptions } from './extractions/kube-options.ts';
import { outputOption } from './output-option.ts';
import { wholeNumber } from './parse-options.ts';
import { runVerify, type VerifyCommandOptions } from './run-verify.ts';

const AFTER = `
Examples:
  facefleet verify ./faces
  facefleet verify s3://bucket/faces --deep
  facefleet verify ./faces -o json
  facefleet verify fx/holiday            # the output of the Extraction in the cluster, from this machine

fx/NAME (or extraction/NAME) is an Extraction of the cluster, and so is a bare name when kubectl calls, or when an option chooses
the cluster or the namespace. Its bucket is read with the credentials of this environment; AWS_ENDPOINT_URL_S3 stands instead of
the endpoint that its pods use.

Exit codes: 0 complete, and everything holds; 1 something does not hold; 2 there is no extraction;
4 what is there holds, but the extraction is not complete. A run may be at work meanwhile; nothing is changed.`;

/** `facefleet verify OUT`, and of an Extraction in the cluster. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description(
      'prove that every frame of an output is accounted for once, and that every file is as it was written',
    )
    .argument('<what>', 'folder or s3://bucket/prefix that an extraction wrote to, or fx/NAME')
    .option('--deep', 'decode every crop and compare its header with its record', false)
    .option('--strict', 'warnings count as errors', false)
    .option('--findings <n>', 'findings of each kind that are shown', wholeNumber(1, 1_000_000), 10)
    .addOption(outputOption());
  return withKubeOptions(command).addHelpText('after', AFTER).action(run);
}

async function run(what: string, options: VerifyCommandOptions & KubeOptions): Promise<void> {
  if (!namesExtraction(what, calledByKubectl() || choosesCluster(options))) {
    await runVerify(what, options);
    return;
  }
  const { runExtractionVerify } = await import('./extractions/run-extraction-verify.ts');
  await runExtractionVerify(what, options);
}
