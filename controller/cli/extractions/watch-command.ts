import { Command } from 'commander';
import { outputOption } from '../output-option.ts';
import { withKubeOptions } from './kube-options.ts';
import type { WatchOptions } from './run-watch.ts';

const AFTER = `
Examples:
  facefleet watch holiday
  facefleet watch holiday -n faces -o json | jq .progress

On a terminal it is a view that is drawn anew; else a line when something happens, and every ten seconds. Ctrl-C ends the view, not
the extraction.

Exit codes: 0 succeeded, 3 succeeded but some frames failed, 1 failed or deleted, 2 there is no such Extraction, 130 stopped.`;

/** `facefleet watch NAME`. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description('follow an extraction in the cluster until it ends: passes, workers, rates, events')
    .argument('<name>', 'of the Extraction')
    .addOption(outputOption());
  return withKubeOptions(command)
    .addHelpText('after', AFTER)
    .action(async (name: string, options: WatchOptions) => {
      const { runWatch } = await import('./run-watch.ts');
      await runWatch(name, options);
    });
}
