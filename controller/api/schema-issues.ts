import { z } from 'zod';

/** The part of a JSON Schema that tells which entries there are. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** What is wrong and where, with the names that would be right where one is unknown: `spec: Unrecognized key: "detektor"; there are detector, …`. */
export function schemaIssues(error: z.ZodError, schema: z.ZodType): string {
  return error.issues
    .map((issue) => {
      const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
      if (issue.code !== 'unrecognized_keys') return where + issue.message;
      return `${where}${issue.message}; there ${known(schema, issue.path)}`;
    })
    .join('; ');
}

/** `is x`, `are x, y, z`: the names that a schema knows at a path. */
function known(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const root = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as SchemaNode;
  let at: SchemaNode | undefined = root;
  for (const part of path)
    at = typeof part === 'number' ? withEntries(at)?.items : withEntries(at)?.properties?.[String(part)];
  const names = Object.keys(withEntries(at)?.properties ?? {});
  if (names.length === 0) return 'are no options';
  return `${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
}

/** The one of several shapes (`null` is another) that has entries. */
function withEntries(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.anyOf?.find((one) => one.properties !== undefined || one.items !== undefined) ?? node;
}
