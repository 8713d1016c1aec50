import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { printable } from '../../worker/errors/printable.ts';
import { parseProblem } from '../api/plan-problem.ts';
import { explainSvg } from '../plan/explain/explain-svg.ts';
import { explainText } from '../plan/explain/explain-text.ts';
import { type PlanResult, plan } from '../plan/plan.ts';
import type { Problem } from '../plan/problem.ts';
import { EXIT } from './exit-codes.ts';
import { type ProblemInput, problemInputs } from './problem-inputs.ts';
import { writeAll } from './write-all.ts';

export type PlanOutput = 'text' | 'json' | 'svg';

/** A line of the input that is no problem. */
interface NoProblem {
  readonly outcome: 'error';
  /** Where the line is JSON and has one. */
  readonly id: string | null;
  readonly policy: null;
  readonly code: string;
  readonly sentence: string;
}

/**
 * `facefleet plan --problem`: Problems in, one answer for each out, in their order. The exit code is 0 when every problem has a plan, 1 when
 * one is refused or can have none, 2 when an input is no problem.
 * @param policy overrides that of the problems
 * @throws FacefleetError FF5002 when the file cannot be read
 */
export async function planFilter(
  path: string,
  policy: Problem['policy'] | undefined,
  output: PlanOutput,
): Promise<void> {
  let worst: number = EXIT.ok;
  await writeAll(answers());
  process.exitCode = worst;

  async function* answers(): AsyncGenerator<string> {
    let count = 0;
    for await (const input of problemInputs(path)) {
      count++;
      const problem = toProblem(input, policy);
      const result = 'outcome' in problem ? problem : plan(problem);
      if ('outcome' in problem) worst = EXIT.usage;
      else if (result.outcome !== 'planned' && worst === EXIT.ok) worst = EXIT.failed;
      yield answer(problem, result, output);
    }
    if (count === 0) throw new FacefleetError('FF5002', `${path}: there is no problem in it`);
  }
}

function toProblem(input: ProblemInput, policy: Problem['policy'] | undefined): Problem | NoProblem {
  const wrong = (code: string, what: string): NoProblem => ({
    outcome: 'error',
    id: 'json' in input ? idOf(input.json) : null,
    policy: null,
    code,
    sentence: input.line === null ? what : `line ${input.line}: ${what}`,
  });
  if ('notJson' in input) return wrong('FF5002', `no JSON: ${input.notJson}`);
  try {
    const problem = parseProblem(input.json);
    return policy === undefined ? problem : { ...problem, policy };
  } catch (error) {
    if (!(error instanceof FacefleetError)) return wrong('FF5002', errorText(error));
    return wrong(error.code, error.detail);
  }
}

function idOf(json: unknown): string | null {
  const id = (json as { readonly id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : null;
}

/** What goes to stdout for one Problem. A line that is none has no picture: what is wrong with it goes to stderr then. */
function answer(problem: Problem | NoProblem, result: PlanResult | NoProblem, output: PlanOutput): string {
  if (output === 'json') return `${JSON.stringify(result)}\n`;
  if ('outcome' in problem) {
    const name = problem.id === null ? '' : ` for ${printable(problem.id)}`;
    const text = `No plan${name}: ${problem.code}: ${printable(problem.sentence)}\n`;
    if (output === 'text') return `${text}\n`;
    process.stderr.write(text);
    return '';
  }
  const explained = { problem, result: result as PlanResult, capacityReasons: [] };
  return output === 'svg' ? explainSvg(explained) : `${explainText(explained)}\n`;
}
