import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Command, CommanderError } from 'commander';
import { parse, parseAllDocuments } from 'yaml';
import { parseExtraction } from '../../../controller/api/extraction.ts';
import { parseManifest } from '../../../controller/api/extraction-manifest.ts';
import { COMMANDS } from '../../../controller/cli/main.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { CODES } from '../../../worker/errors/codes.ts';
import { codeBlocks } from '../../fixtures/code-blocks.ts';
import { markdownPages } from '../../fixtures/markdown-pages.ts';
import { type ShellCommand, shellCommands } from '../../fixtures/shell-commands.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What the pages run besides, and is not looked at. */
const OTHERS = [
  ...['aws', 'cat', 'cmp', 'docker', 'echo', 'export', 'grep', 'head', 'jq', 'ls', 'rm', 'tar', 'unzip'],
  ...['cp', 'cut', 'sha256sum'],
];

test('commands that the pages show exist, with their options, arguments and values', async () => {
  const faults: string[] = [];
  let checked = 0;
  for (const { name, text } of await markdownPages()) {
    for (const { language, code } of codeBlocks(text)) {
      if (language !== 'sh') continue;
      for (const command of shellCommands(code)) {
        checked += 1;
        const fault = await faultOf(command);
        if (fault !== '') faults.push(`${name}: ${command.words.join(' ')}: ${fault}`);
      }
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(checked > 100, `${checked} commands were found`);
});

test('commands that are wrong are found', async () => {
  for (const [line, fault] of [
    ['facefleet extract photos out --maskers bisenet', /unknown option '--maskers'/],
    ['npm start -- extract photos', /missing required argument 'output'/],
    ['npm start --silent -- plan --problem p.json -o xml', /Allowed choices are text, json, svg/],
    ['kubectl facefleet pause holiday', /no command pause/],
    ['facefleet models fetch', /unknown command|too many arguments/],
    ['helm upgrade facefleet charts/facefleet --set nats.replicas=3', /no value nats\.replicas/],
    ['npm run bench:nothing', /no script bench:nothing/],
    ['node --test test/nothing.test.ts', /no file test\/nothing\.test\.ts/],
    ['FACEFLEET_MODELS_FORM=/m facefleet models list', /nothing reads FACEFLEET_MODELS_FORM/],
    ['frobnicate', /nobody knows this program/],
  ] as const) {
    const [command] = shellCommands(line);
    assert.match(await faultOf(command!), fault, line);
  }
});

test('Extractions that the pages show are ones', async () => {
  let checked = 0;
  for (const { name, text } of await markdownPages()) {
    for (const { language, code } of codeBlocks(text)) {
      const inputs = language === 'sh' ? shellCommands(code).map(({ input }) => input) : [];
      for (const yaml of language === 'yaml' ? [code] : inputs) {
        if (!yaml?.includes('kind: Extraction')) continue;
        for (const document of parseAllDocuments(withExported(yaml, text))) {
          const content = document.toJS() as { spec?: { source?: unknown } };
          // files for `plan` may leave out where the frames are
          const check = content.spec?.source === undefined ? parseExtraction : parseManifest;
          check(content, name);
          checked += 1;
        }
      }
    }
  }
  assert.ok(checked > 2, `${checked} were found`);
});

test('error codes that the pages name are in the table', async () => {
  for (const { name, text } of await markdownPages())
    for (const [code] of text.matchAll(/\bFF\d{4}\b/g)) assert.ok(code in CODES, `${name}: ${code}`);
});

/** With the values that the page exports in place of variables. */
function withExported(input: string, page: string): string {
  const values = new Map(
    [...page.matchAll(/^export (.*)$/gm)].flatMap(([, words = '']) =>
      [...words.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value] as const),
    ),
  );
  return input.replace(/\$(\w+)/g, (variable, name) => values.get(name) ?? variable);
}

/** '' when nothing is wrong with it. */
async function faultOf({ words, env }: ShellCommand): Promise<string> {
  const [program = '', ...args] = words;
  for (const name of Object.keys(env))
    if (name.startsWith('FACEFLEET_') && !(await KNOWN_VARIABLES).has(name)) return `nothing reads ${name}`;
  if (program === 'facefleet') return await faultOfArgs(args);
  if (program === 'kubectl') return args[0] === 'facefleet' ? await faultOfArgs(args.slice(1)) : '';
  if (program === 'helm') return await faultOfHelm(args);
  if (program === 'npm') return await faultOfNpm(args);
  if (program === 'node') return faultOfNode(args);
  return OTHERS.includes(program) ? '' : 'nobody knows this program';
}

async function faultOfNpm([verb = '', ...args]: readonly string[]): Promise<string> {
  const after = args.indexOf('--');
  if (verb === 'start') return await faultOfArgs(after < 0 ? [] : args.slice(after + 1));
  if (verb !== 'run') return ['ci', 'test', 'pack', 'view', 'link'].includes(verb) ? '' : `no npm ${verb}`;
  const [script = ''] = args;
  return script in packageJson.scripts ? '' : `no script ${script}`;
}

function faultOfNode(args: readonly string[]): string {
  const file = args.find((arg) => /^[\w/.-]+\.(ts|js)$/.test(arg));
  return file === undefined || existsSync(join(ROOT, file)) ? '' : `no file ${file}`;
}

/** Parses what `facefleet` is given with its own commands, which do nothing. */
async function faultOfArgs([name, ...args]: readonly string[]): Promise<string> {
  if (name === undefined) return '';
  const entry = Object.entries(COMMANDS).find(
    ([command, { alias }]) => command === name || alias === name,
  )?.[1];
  if (entry === undefined) return `no command ${name}`;
  if (args.includes('--help')) return '';
  try {
    await disarmed(await entry.load()).parseAsync(args, { from: 'user' });
    return '';
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

function disarmed(command: Command): Command {
  command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  command.commands.forEach(disarmed);
  return command;
}

/** Of `helm install` and `upgrade` each `--set` names a value of the chart. */
async function faultOfHelm(args: readonly string[]): Promise<string> {
  const values: unknown = parse(await readFile(join(ROOT, 'charts/facefleet/values.yaml'), 'utf8'));
  for (const [i, arg] of args.entries()) {
    if (arg !== '--set' && arg !== '--set-string') continue;
    const [path = ''] = (args[i + 1] ?? '').split('=');
    let at: unknown = values;
    for (const key of path.split('.')) {
      if (typeof at !== 'object' || at === null || !(key in at)) return `no value ${path}`;
      at = (at as Record<string, unknown>)[key];
    }
  }
  return '';
}

/** Variables of ours that the sources name. */
const KNOWN_VARIABLES: Promise<ReadonlySet<string>> = (async () => {
  const found = new Set<string>();
  for (const folder of ['controller', 'models', 'worker', 'test/e2e', 'test/fixtures', 'test/servers']) {
    for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
      if (!name.endsWith('.ts')) continue;
      const text = await readFile(join(ROOT, folder, name), 'utf8');
      for (const variable of text.match(/FACEFLEET_\w+/g) ?? []) found.add(variable);
    }
  }
  return found;
})();
