import { Command, Option } from 'commander';
import { withKubeOptions } from './kube-options.ts';
import type { ListOptions } from './run-list.ts';

const AFTER = `
Examples:
  facefleet list
  facefleet list -A -o wide
  facefleet get holiday -o yaml`;

/** `facefleet list`, also `get`. */
export function listCommand(): Command {
  const command = new Command('list')
    .alias('get')
    .description('the extractions in the cluster, with how far they are')
    .argument('[names...]', 'of Extractions (default: all)')
    .option('-A, --all-namespaces', 'of all namespaces', false)
    .option('-l, --selector <labels>', 'only those with these labels')
    .option('--no-headers', 'no line of titles')
    .addOption(
      new Option('-o, --output <format>', 'what is printed')
        .choices(['table', 'wide', 'name', 'json', 'yaml'])
        .default('table'),
    );
  return withKubeOptions(command)
    .addHelpText('after', AFTER)
    .action(async (names: readonly string[], options: ListOptions) => {
      const { runList } = await import('./run-list.ts');
      await runList(names, options);
    });
}
