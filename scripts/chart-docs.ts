import { parse } from 'yaml';

/** A value of the chart that its README has a row for. */
interface ValueRow {
  /** Such as `nats.storage.size`. */
  readonly path: string;
  readonly description: string;
  /** As JSON; '' for one that only has others in it. */
  readonly standard: string;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * The README of the chart: what is written by hand, with a table of all values.
 * @param readme the README as it is, with the two marks between which the table belongs
 * @param valuesYaml values.yaml; a comment that begins with `# -- ` describes the key below it
 */
export function chartReadme(readme: string, valuesYaml: string): string {
  const [begin, end] = ['<!-- values: begin -->\n', '<!-- values: end -->\n'];
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new RangeError('the marks of the table are missing');
  const rows = valueRows(valuesYaml).map(
    ({ path, description, standard }) => `| ${code(path)} | ${description} | ${code(standard)} |\n`,
  );
  return `${before}${begin}| value | | default |\n|---|---|---|\n${rows.join('')}${end}${after}`;
}

/** The values in their order. */
function valueRows(valuesYaml: string): ValueRow[] {
  const descriptions = describedKeys(valuesYaml);
  const described = [...descriptions.keys()];
  const rows: ValueRow[] = [];
  const walk = (values: Values, above: string): void => {
    for (const [key, value] of Object.entries(values)) {
      const path = above + key;
      const description = descriptions.get(path) ?? '';
      // what is only described as a whole is shown as a whole
      const inner = isGroup(value) && described.some((each) => each.startsWith(`${path}.`));
      if (!inner) rows.push({ path, description, standard: JSON.stringify(value) });
      else {
        if (description !== '') rows.push({ path, description, standard: '' });
        walk(value, `${path}.`);
      }
    }
  };
  walk(parse(valuesYaml) as Values, '');
  return rows;
}

/** Descriptions by path. */
function describedKeys(valuesYaml: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const above: { indent: number; key: string }[] = [];
  let lines: string[] = [];
  for (const line of valuesYaml.split('\n')) {
    const comment = /^ *# (-- )?(.*)$/.exec(line);
    if (comment !== null) {
      if (comment[1] !== undefined) lines = [comment[2]!];
      else if (lines.length > 0) lines.push(comment[2]!);
      continue;
    }
    const [, spaces, key] = /^( *)([A-Za-z0-9]+):/.exec(line) ?? [];
    if (spaces !== undefined && key !== undefined) {
      while ((above.at(-1)?.indent ?? -1) >= spaces.length) above.pop();
      above.push({ indent: spaces.length, key });
      if (lines.length > 0) found.set(above.map(({ key }) => key).join('.'), lines.join(' '));
    }
    lines = [];
  }
  return found;
}

function isGroup(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
