import { globSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

/**
 * Runs test files, some at a time, each in a process of its own; what each one printed comes in one piece. At the end it says which failed, what was
 * skipped for which reason, and which took longest. Files of `--together` share one process, which saves the seconds that each would take to start:
 * for tests that leave nothing behind.
 */
const USAGE = 'node test/run.ts [--together FILES] [--at-a-time N] [--again] [FILES…]';
const SLOWEST = 8;

interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: readonly string[];
  /** Reasons. */
  readonly skipped: readonly string[];
  readonly seconds: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Patterns of files that run in one process. */
    together: { type: 'string', multiple: true, default: [] },
    'at-a-time': { type: 'string', default: String(availableParallelism()) },
    /** What failed is tried once more, alone. */
    again: { type: 'boolean', default: false },
  },
});
// what the files import is compiled once
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;

const together = filesOf(values.together);
const files = filesOf(positionals);
if (together.length + files.length === 0) throw new Error(`no such test files\n${USAGE}`);

const outcomes: Outcome[] = [];
if (together.length > 0) outcomes.push(await outcomeOf('unit tests in one process', together, 'none'));
const waiting = [...files];
const worker = async (): Promise<void> => {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
    outcomes.push(await outcomeOf(file, [file], 'process'));
};
await Promise.all(Array.from({ length: Number(values['at-a-time']) }, worker));
if (values.again)
  for (const [i, { name, failed }] of outcomes.entries()) {
    if (failed.length === 0) continue;
    console.log(`FAILED ONCE, tried again alone: ${name}: ${failed.join('; ')}`);
    outcomes[i] = await outcomeOf(name, files.includes(name) ? [name] : together, 'process');
  }
report();

function filesOf(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => globSync(pattern)).sort();
}

/** Runs files and prints what they print. */
async function outcomeOf(
  name: string,
  paths: readonly string[],
  isolation: 'none' | 'process',
): Promise<Outcome> {
  const startMs = performance.now();
  let passed = 0;
  const [failed, skipped, printed]: [string[], string[], string[]] = [[], [], []];
  const events = run({ files: [...paths], isolation, concurrency: isolation === 'process' });
  events.on('test:pass', ({ skip, details }) => {
    if (details.type === 'suite') return;
    if (skip === undefined || skip === false) passed += 1;
    else skipped.push(skip === true ? 'no reason given' : skip);
  });
  events.on('test:fail', ({ name: test, details }) => {
    if (details.type !== 'suite' || failed.length === 0) failed.push(test);
  });
  for await (const text of events.compose(new spec())) {
    // of files that run beside others, in one piece
    if (isolation === 'process') printed.push(String(text));
    else process.stdout.write(text);
  }
  process.stdout.write(printed.join(''));
  return { name, passed, failed, skipped, seconds: (performance.now() - startMs) / 1000 };
}

function report(): void {
  const slowest = [...outcomes].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  console.log(
    `\nlongest: ${slowest.map(({ name, seconds }) => `${name} ${seconds.toFixed(0)} s`).join(', ')}`,
  );
  const reasons = Map.groupBy(
    outcomes.flatMap(({ skipped }) => skipped),
    (reason) => reason,
  );
  for (const [reason, tests] of reasons) console.log(`${tests.length} skipped: ${reason}`);
  const failures = outcomes.filter(({ failed }) => failed.length > 0);
  for (const { name, failed } of failures) console.log(`FAILED ${name}: ${failed.join('; ')}`);
  const sum = (count: (outcome: Outcome) => number): number =>
    outcomes.reduce((all, outcome) => all + count(outcome), 0);
  const counts = [
    sum(({ passed }) => passed),
    sum(({ failed }) => failed.length),
    sum(({ skipped }) => skipped.length),
  ];
  console.log(`${counts[0]} passed, ${counts[1]} failed, ${counts[2]} skipped`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}
