import { Command, InvalidArgumentError, Option } from 'commander';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { parseWhatIf, type WhatIf } from '../plan/capacity/what-if.ts';
import type { Problem } from '../plan/problem.ts';
import { wholeNumber } from './parse-options.ts';
import type { PlanOutput } from './plan-filter.ts';

interface PlanOptions {
  readonly problem?: string;
  readonly file?: string;
  readonly nodes?: string;
  readonly pods?: string;
  readonly profiles?: readonly string[];
  readonly whatIf?: readonly WhatIf[];
  readonly frames?: number;
  readonly policy?: Problem['policy'];
  readonly output: PlanOutput;
}

const AFTER = `
Examples:
  kubectl get nodes -o json > nodes.json; kubectl get pods -A -o json > pods.json
  facefleet plan -f extraction.yaml --nodes nodes.json --pods pods.json --frames 100000
  kubectl get nodes -o json | facefleet plan -f extraction.yaml --nodes - --what-if add:2xA100-80GB
  facefleet plan --problem problems.jsonl -o json > plans.jsonl

Exit codes: 0 planned, 1 it does not fit (with --problem: some of them), 2 a file or an option is wrong (with --problem: some line is no problem).`;

/** `facefleet plan`: explains plans without a cluster. */
export function planCommand(): Command {
  return new Command('plan')
    .description('explain how an extraction would run on the GPUs of a cluster, without running it')
    .optionsGroup('An extraction on a recorded cluster:')
    .option('-f, --file <file>', 'the Extraction, as for `kubectl apply`')
    .option('--nodes <file>', 'what `kubectl get nodes -o json` printed; `-` for stdin')
    .option(
      '--pods <file>',
      'what `kubectl get pods -A -o json` printed; without it nothing counts as in use',
    )
    .option('--profiles <files...>', 'measurements of `facefleet models profile`')
    .addOption(
      new Option(
        '--what-if <change...>',
        '`add:2xA100-80GB` (one more node with these GPUs) or `remove:NODE`',
      ).argParser(collectChanges),
    )
    .addOption(
      new Option('--frames <n>', 'frames of the source, for durations').argParser(wholeNumber(1, 1e12)),
    )
    .optionsGroup('The planner as a filter:')
    .option('--problem <file>', 'Problems as JSON, one per line or one in all; `-` for stdin')
    .optionsGroup('Both:')
    .addOption(new Option('--policy <name>', "instead of the extraction's own").choices(['fleet', 'compat']))
    .addOption(
      new Option('-o, --output <format>', 'what is printed').choices(['text', 'json', 'svg']).default('text'),
    )
    .addHelpText('after', AFTER)
    .action(run);
}

function collectChanges(text: string, before: readonly WhatIf[] = []): readonly WhatIf[] {
  const change = parseWhatIf(text);
  if (change === null)
    throw new InvalidArgumentError(`"${text}" is neither add:<count>x<product> nor remove:<node>.`);
  return [...before, change];
}

async function run(options: PlanOptions): Promise<void> {
  const { problem, file, nodes, policy, output } = options;
  const clusterOptions = ['file', 'nodes', 'pods', 'profiles', 'whatIf', 'frames'] as const;
  if (problem !== undefined) {
    const other = clusterOptions.find((name) => options[name] !== undefined);
    if (other !== undefined) {
      throw new FacefleetError(
        'FF5001',
        `--problem holds everything; --${other === 'whatIf' ? 'what-if' : other} does not go with it`,
      );
    }
    const { planFilter } = await import('./plan-filter.ts');
    await planFilter(problem, policy, output);
    return;
  }
  if (file === undefined) throw new FacefleetError('FF5001', 'there is neither --file nor --problem');
  if (nodes === undefined) throw new FacefleetError('FF5001', '--nodes is missing: the cluster to plan for');
  if ([file, nodes, options.pods, ...(options.profiles ?? [])].filter((path) => path === '-').length > 1)
    throw new FacefleetError('FF5001', 'stdin (-) is given twice');
  const { planExtraction } = await import('./plan-extraction.ts');
  await planExtraction({
    file,
    nodes,
    pods: options.pods,
    profiles: options.profiles ?? [],
    whatIf: options.whatIf ?? [],
    frames: options.frames,
    policy,
    output,
  });
}
