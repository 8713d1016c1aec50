import type { Argument, Command, Option } from 'commander';
import { COMMANDS } from '../controller/cli/main.ts';

const INTRODUCTION = `# Commands

Every command of \`facefleet\` with its arguments and options, as \`facefleet COMMAND --help\` shows them. How to use them: [docs/cli.md](../cli.md), and for
clusters [docs/cluster.md](../cluster.md) and [docs/install.md](../install.md). \`kubectl facefleet\` is the same program.

This page is generated from the commands; \`npm run docs:cli\` writes it anew.
`;

/** The text of docs/reference/cli.md. */
export async function cliDocs(): Promise<string> {
  const groups = new Map<string, string[]>();
  for (const { group, load } of Object.values(COMMANDS)) {
    const title = group.replace(/:$/, '');
    groups.set(title, [...(groups.get(title) ?? []), ...sections(await load(), 'facefleet')]);
  }
  const parts = [...groups].flatMap(([title, texts]) => [`## ${title}\n`, ...texts]);
  return [INTRODUCTION, ...parts].join('\n');
}

/** A section for the command, and one for each command in it. @param above the words before its name */
function sections(command: Command, above: string): string[] {
  const name = `${above} ${command.name()}`;
  const words = command.registeredArguments.map(usage);
  const parts = [`### ${name}\n`, `${code([name, ...words].join(' '))}: ${cell(command.description())}\n`];
  const aliases = command.aliases().map(code);
  if (aliases.length > 0) parts.push(`Also called ${aliases.join(', ')}.\n`);
  if (words.length > 0) parts.push(table('argument', command.registeredArguments.map(argumentRow)));
  const options = command.options.filter(({ hidden }) => !hidden);
  if (options.length > 0) parts.push(table('option', options.map(optionRow)));
  return [parts.join('\n'), ...command.commands.flatMap((inner) => sections(inner, name))];
}

type Row = readonly [what: string, description: string, standard: string];

function table(what: string, rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.join(' | ')} |\n`);
  return `| ${what} | | default |\n|---|---|---|\n${lines.join('')}`;
}

function usage(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentRow(argument: Argument): Row {
  return [code(usage(argument)), cell(argument.description), standard(argument)];
}

function optionRow(option: Option): Row {
  const choices = option.argChoices?.map(code).join(', ');
  const notes = [
    option.mandatory && 'required',
    choices && `one of ${choices}`,
    option.envVar && `also ${code(option.envVar)}`,
  ].filter(Boolean);
  const description = cell([option.description, ...notes].join('; '));
  // what --no-… is for is that it is true otherwise
  return [code(option.flags), description, option.negate ? '' : standard(option)];
}

/** A default, or '' where it says nothing. */
function standard({ defaultValue, defaultValueDescription }: Argument | Option): string {
  if (defaultValueDescription !== undefined) return cell(defaultValueDescription);
  if (defaultValue === undefined || defaultValue === false) return '';
  if (Array.isArray(defaultValue)) return defaultValue.map((each) => code(String(each))).join(' ');
  return code(typeof defaultValue === 'string' ? defaultValue : JSON.stringify(defaultValue));
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
