import { builtInProfiles } from '../../models/profiles/built-in.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { type Extraction, parseExtraction } from '../api/extraction.ts';
import { extractionProblem } from '../api/extraction-problem.ts';
import { frameWork } from '../api/frame-work.ts';
import { parseNodes, parsePods } from '../api/kubernetes-lists.ts';
import { parseProfile } from '../api/profile-file.ts';
import { roleNeeds } from '../api/role-needs.ts';
import { capacity } from '../plan/capacity/capacity.ts';
import type { KubeNode, KubePod } from '../plan/capacity/kubernetes-objects.ts';
import { applyWhatIf, type WhatIf } from '../plan/capacity/what-if.ts';
import { compareTimes } from '../plan/explain/compare-times.ts';
import { explainSvg } from '../plan/explain/explain-svg.ts';
import { explainText } from '../plan/explain/explain-text.ts';
import { type PlanResult, plan, type Reason } from '../plan/plan.ts';
import type { NodeCapacity, Problem } from '../plan/problem.ts';
import type { Profile } from '../plan/profiles/profile.ts';
import { checkPluginOptions } from './check-plugin-options.ts';
import { EXIT } from './exit-codes.ts';
import type { PlanOutput } from './plan-filter.ts';
import { readJson, readYaml } from './read-structured.ts';
import { writeAll } from './write-all.ts';

/** What a plan is explained by, besides the extraction and the cluster. */
export interface ExplainOptions {
  readonly profiles: readonly string[];
  readonly whatIf: readonly WhatIf[];
  readonly frames?: number | undefined;
  readonly policy?: Problem['policy'] | undefined;
  readonly output: PlanOutput;
}

export interface PlanExtractionOptions extends ExplainOptions {
  readonly file: string;
  readonly nodes: string;
  readonly pods?: string | undefined;
}

/** What is planned on what. */
export interface PlanSubject {
  readonly extraction: Pick<Extraction, 'metadata'> & { readonly spec: PlannedSpec };
  readonly nodes: readonly KubeNode[];
  /** What takes the devices of these. */
  readonly pods: readonly KubePod[];
}

type PlannedSpec = Pick<Extraction['spec'], 'detector' | 'aligner' | 'maskers' | 'planning'>;

/**
 * `facefleet plan -f`: explains how an Extraction would run on a recorded cluster. The exit code is 1 when it does not fit.
 * @throws FacefleetError FF5002 when a file cannot be read or says something wrong, FF5001 when a change of the cluster cannot be made
 */
export async function planExtraction(options: PlanExtractionOptions): Promise<void> {
  const extraction = parseExtraction(await readYaml(options.file), options.file);
  await checkPluginOptions(extraction, options.file);
  const pods = options.pods === undefined ? [] : parsePods(await readJson(options.pods), options.pods);
  const nodes = parseNodes(await readJson(options.nodes), options.nodes);
  await explainPlan({ extraction, nodes, pods }, options);
}

/**
 * Plans and prints the plan. The exit code is 1 when it does not fit.
 * @throws FacefleetError FF5002 when a profile cannot be read, FF5001 when a change of the cluster cannot be made
 */
export async function explainPlan(
  { extraction, nodes: given, pods }: PlanSubject,
  options: ExplainOptions,
): Promise<void> {
  const found = capacity(given, pods);
  const profiles = [...builtInProfiles()];
  for (const path of options.profiles) profiles.push(parseProfile(await readJson(path), path));
  const { nodes, reasons: changes } = changed(found.nodes, options.whatIf, extraction);
  const problem = await toProblem(extraction, nodes, profiles, options);
  const result = plan(problem);
  const capacityReasons = [...found.reasons, ...changes];
  const before =
    changes.length === 0 ? null : plan(await toProblem(extraction, found.nodes, profiles, options));
  if (result.outcome !== 'planned') process.exitCode = EXIT.failed;
  await writeAll([text({ problem, result, capacityReasons }, before, options.output)]);
}

function text(
  explained: {
    readonly problem: Problem;
    readonly result: PlanResult;
    readonly capacityReasons: readonly Reason[];
  },
  before: PlanResult | null,
  output: PlanOutput,
): string {
  switch (output) {
    case 'json': {
      const { result, capacityReasons } = explained;
      return `${JSON.stringify({ ...result, capacityReasons, ...(before === null ? {} : { before }) })}\n`;
    }
    case 'svg':
      return explainSvg(explained);
    case 'text':
      return (
        explainText(explained) + (before === null ? '' : `\n${compareTimes(before, explained.result)}\n`)
      );
  }
}

function changed(
  nodes: readonly NodeCapacity[],
  changes: readonly WhatIf[],
  { spec }: PlanSubject['extraction'],
): { readonly nodes: readonly NodeCapacity[]; readonly reasons: readonly Reason[] } {
  let now = nodes;
  const reasons: Reason[] = [];
  for (const change of changes) {
    const next = applyWhatIf(now, change, spec.planning.nodeSelector);
    if (!next.possible) throw new FacefleetError('FF5001', `--what-if: ${next.sentence}`);
    now = next.nodes;
    reasons.push(next.reason);
  }
  return { nodes: now, reasons };
}

async function toProblem(
  extraction: PlanSubject['extraction'],
  nodes: readonly NodeCapacity[],
  profiles: readonly Profile[],
  { frames, policy }: ExplainOptions,
): Promise<Problem> {
  const { metadata, spec } = extraction;
  const onnxruntime = packageJson.dependencies['onnxruntime-node'];
  const roles = await roleNeeds(extraction, { profiles, provider: 'cuda', onnxruntime, nodes });
  const planning = { ...spec.planning, policy: policy ?? spec.planning.policy };
  const parts = { id: metadata.name, planning, roles, framesTotal: frames ?? null };
  return extractionProblem(parts, { nodes, frameWork: frameWork(profiles, nodes) });
}
