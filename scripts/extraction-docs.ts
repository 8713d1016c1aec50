import { COLUMNS, extractionSchema } from './crd.ts';
import type { CelRule, StructuralSchema } from './structural-schema.ts';

const INTRODUCTION = `# The custom resource Extraction

\`apiVersion: facefleet.dev/v1alpha1\`, \`kind: Extraction\`, short name \`fx\`: one extraction of faces, what is wanted (\`spec\`) and what has become of it
(\`status\`). [Examples](../../charts/facefleet/examples/) show whole files; \`kubectl explain extraction.spec\` shows the same as this page.

What makes the result cannot be changed once the Extraction is there: source, output, detector, aligner, maskers, transport and limits. All else can,
at any time. \`kubectl apply\` leaves out entries that are null, and the API server then fills in their defaults: write \`detector: {plugin: none}\`,
not \`detector: null\`, for frames that are aligned faces already.

Plugins and their options are checked by the controller, not by the API server: the condition \`Failed\` tells what is wrong with them (\`FF5002\`, \`FF5003\`).

In a file for \`facefleet plan -f\` and \`facefleet cluster run -f\` the addresses may be missing or relative paths.

This page is generated from \`controller/api/extraction/\`; \`npm run docs:reference\` writes it anew.
`;

interface Section {
  readonly path: string;
  readonly schema: StructuralSchema;
}

/** The text of docs/reference/extraction.md: a table for spec and status, and for every object in them. */
export function extractionDocs(): string {
  const { spec, status } = extractionSchema().properties!;
  const sections = [...sectionsOf('spec', spec!), ...sectionsOf('status', status!)];
  return [INTRODUCTION, ...sections.map(sectionText), columnsText()].join('\n');
}

/** The object itself, then those in it, in order. */
function sectionsOf(path: string, schema: StructuralSchema): Section[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, entry]) => {
    const at = `${path}.${name}`;
    if (entry.properties !== undefined) return sectionsOf(at, entry);
    return entry.items?.properties === undefined ? [] : sectionsOf(`${at}[]`, entry.items);
  });
  return [{ path, schema }, ...inner];
}

function sectionText({ path, schema }: Section): string {
  const rows = Object.entries(schema.properties!).map(([name, entry]) => {
    const required = schema.required?.includes(name) === true;
    const given = required ? (path.startsWith('spec') ? 'required' : 'always there') : defaultOf(entry);
    return `| \`${name}\` | ${typeOf(entry)} | ${given} | ${about(entry)} |\n`;
  });
  const table = `| entry | type | default | |\n|---|---|---|---|\n${rows.join('')}`;
  const rules = rulesOf(schema)
    .map(({ message }) => `- ${message}\n`)
    .join('');
  return `## ${path}\n\n${table}${rules && `\nRefused when it\n\n${rules}`}`;
}

function typeOf(entry: StructuralSchema): string {
  const { type, items, additionalProperties, enum: words } = entry;
  if (words !== undefined) return words.map((word) => `\`${String(word)}\``).join(', ');
  if (entry['x-kubernetes-int-or-string'] === true) return 'quantity';
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeOf(items)}`;
  if (typeof additionalProperties === 'object') return `${typeOf(additionalProperties)} by name`;
  if (entry['x-kubernetes-preserve-unknown-fields'] === true) return 'anything by name';
  if (entry.format === 'date-time') return 'time';
  return type === 'integer'
    ? `whole number${bounds(entry)}`
    : `${type}${type === 'number' ? bounds(entry) : ''}`;
}

function bounds({ minimum, maximum, exclusiveMaximum }: StructuralSchema): string {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined) return ` from ${minimum}`;
  return ` ${minimum ?? '…'} to ${exclusiveMaximum === true ? 'below ' : ''}${maximum}`;
}

function defaultOf({ default: value, properties }: StructuralSchema): string {
  if (value === undefined) return '';
  if (properties !== undefined && typeof value === 'object')
    return 'plugin' in (value as object)
      ? `\`${String((value as { plugin: unknown }).plugin)}\``
      : 'see below';
  if (Array.isArray(value) && value.some((one) => typeof one === 'object'))
    return value.map(({ plugin }: { readonly plugin: string }) => `\`${plugin}\``).join(', ');
  return `\`${JSON.stringify(value)}\``;
}

function about(entry: StructuralSchema): string {
  const refusals = entry.properties === undefined ? rulesOf(entry).map(({ message }) => message) : [];
  const refused = refusals.length > 0 ? ` Refused when it ${refusals.join('; or ')}.` : '';
  return `${entry.description ?? ''}${refused}`.replaceAll('|', '\\|');
}

/** What is refused; what cannot be changed is told in the introduction. */
function rulesOf(schema: StructuralSchema): readonly CelRule[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  return rules.filter(({ rule }) => !rule.includes('oldSelf'));
}

function columnsText(): string {
  const rows = COLUMNS.map(
    ({ name, jsonPath, priority }) =>
      `| ${name} | \`${jsonPath}\` | ${priority === 1 ? '`-o wide`' : ''} |\n`,
  );
  return `## kubectl get extractions\n\n| column | from | only with |\n|---|---|---|\n${rows.join('')}`;
}
