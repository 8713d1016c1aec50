import { Command } from 'commander';
import { type KubeOptions, withKubeOptions } from './kube-options.ts';
import type { CancelOptions } from './run-cancel.ts';

const NAMES = ['<names...>', 'of Extractions'] as const;

/** `facefleet suspend NAME`. */
export function suspendCommand(): Command {
  const command = new Command('suspend')
    .description('let an extraction rest: its pods end, its GPUs are free, what is done stays')
    .argument(...NAMES);
  return withKubeOptions(command).action(async (names: readonly string[], options: KubeOptions) => {
    const { runSuspend } = await import('./run-suspend.ts');
    await runSuspend(names, true, options);
  });
}

/** `facefleet resume NAME`. */
export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('let an extraction that rests go on where it stopped')
    .argument(...NAMES);
  return withKubeOptions(command).action(async (names: readonly string[], options: KubeOptions) => {
    const { runSuspend } = await import('./run-suspend.ts');
    await runSuspend(names, false, options);
  });
}

/** `facefleet cancel NAME`. */
export function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('delete an extraction from the cluster; its output stays')
    .argument(...NAMES)
    .option('--wait', 'until it is gone', false);
  return withKubeOptions(command)
    .addHelpText('after', '\nThe same Extraction submitted again goes on with what its output has.')
    .action(async (names: readonly string[], options: CancelOptions) => {
      const { runCancel } = await import('./run-cancel.ts');
      await runCancel(names, options);
    });
}
