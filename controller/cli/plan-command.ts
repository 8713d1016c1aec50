import { Command, InvalidArgumentError, Option } from 'commander';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { parseWhatIf, type WhatIf } from '../plan/capacity/what-if.ts';
import type { Problem } from '../plan/problem.ts';
import { choosesCluster, type KubeOptions, withKubeOptions } from './extractions/kube-options.ts';
import { wholeNumber } from './parse-options.ts';
import type { PlanOutput } from './plan-filter.ts';

interface PlanOptions extends KubeOptions {
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
  facefleet plan -f extraction.yaml --frames 100000             # on the cluster as it is now
  facefleet plan holiday --what-if add:2xA100-80GB              # an Extraction that the cluster has
  kubectl get nodes -o json > nodes.json; kubectl get pods -A -o json > pods.json
  facefleet plan -f extraction.yaml --nodes nodes.json --pods pods.json --frames 100000
  kubectl get nodes -o json | facefleet plan -f extraction.yaml --nodes - --what-if add:2xA100-80GB
  facefleet plan --problem problems.jsonl -o json > plans.jsonl

Exit codes: 0 planned, 1 it does not fit (with --problem: some of them), 2 a file or an option is wrong (with --problem: some line is no problem).`;

/** `facefleet plan`: explains plans, for the cluster or without one. */
export function planCommand(): Command {
  const command = new Command('plan')
    .description('explain how an extraction would run on the GPUs of a cluster, without running it')
    .argument('[name]', 'of an Extraction that the cluster has')
    .optionsGroup('An extraction on a cluster:')
    .option('-f, --file <file>', 'the Extraction, as for `kubectl apply`')
    .option(
      '--nodes <file>',
      'a recorded cluster: what `kubectl get nodes -o json` printed; `-` for stdin (default: the live cluster)',
    )
    .option(
      '--pods <file>',
      'with --nodes, what `kubectl get pods -A -o json` printed; without it nothing counts as in use',
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
    );
  return withKubeOptions(command).addHelpText('after', AFTER).action(run);
}

function collectChanges(text: string, before: readonly WhatIf[] = []): readonly WhatIf[] {
  const change = parseWhatIf(text);
  if (change === null)
    throw new InvalidArgumentError(`"${text}" is neither add:<count>x<product> nor remove:<node>.`);
  return [...before, change];
}

async function run(name: string | undefined, options: PlanOptions): Promise<void> {
  const { problem, file, nodes, policy, output } = options;
  if (problem !== undefined) {
    const other = besideProblem(name, options);
    if (other !== undefined)
      throw new FacefleetError('FF5001', `--problem holds everything; ${other} does not go with it`);
    const { planFilter } = await import('./plan-filter.ts');
    await planFilter(problem, policy, output);
    return;
  }
  if (file !== undefined && name !== undefined)
    throw new FacefleetError('FF5001', `give either --file or the name of an Extraction (${name})`);
  const explain = {
    profiles: options.profiles ?? [],
    whatIf: options.whatIf ?? [],
    frames: options.frames,
    policy,
    output,
  };
  const stdins = [file, nodes, options.pods, ...explain.profiles].filter((path) => path === '-');
  if (stdins.length > 1) throw new FacefleetError('FF5001', 'stdin (-) is given twice');
  if (nodes === undefined) {
    if (options.pods !== undefined) throw new FacefleetError('FF5001', '--pods goes with --nodes');
    if (file === undefined && name === undefined)
      throw new FacefleetError(
        'FF5001',
        'there is neither --file nor --problem nor the name of an Extraction',
      );
    const { runLivePlan } = await import('./extractions/run-live-plan.ts');
    await runLivePlan(file === undefined ? { name: name ?? '' } : { file }, { ...options, ...explain });
    return;
  }
  if (choosesCluster(options))
    throw new FacefleetError(
      'FF5001',
      '--nodes is a recorded cluster; options that choose one do not go with it',
    );
  if (file === undefined) throw new FacefleetError('FF5001', '--file is missing: the extraction to plan');
  const { planExtraction } = await import('./plan-extraction.ts');
  await planExtraction({ file, nodes, pods: options.pods, ...explain });
}

/** What is given besides `--problem` that contradicts it. */
function besideProblem(name: string | undefined, options: PlanOptions): string | undefined {
  if (name !== undefined) return `the name ${name}`;
  const names = [
    'file',
    'nodes',
    'pods',
    'profiles',
    'whatIf',
    'frames',
    'namespace',
    'context',
    'kubeconfig',
  ] as const;
  const other = names.find((one) => options[one] !== undefined);
  return other && `--${other === 'whatIf' ? 'what-if' : other}`;
}
