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
      const names = issue.code === 'unrecognized_keys' ? known(schema, issue.path) : null;
      return `${where}${issue.message}${names === null ? '' : `; there ${names}`}`;
    })
    .join('; ');
}

/** `is x`, `are x, y, z`: the names that a schema knows at a path; null when it does not tell. */
function known(schema: z.ZodType, path: readonly PropertyKey[]): string | null {
  const entries = entriesAt(schema, path, 'input') ?? entriesAt(schema, path, 'output');
  if (entries === undefined) return null;
  const names = Object.keys(entries);
  if (names.length === 0) return 'are no options';
  return `${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
}

function entriesAt(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  io: 'input' | 'output',
): SchemaNode['properties'] {
  const root = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as SchemaNode;
  let at = withEntries(root);
  for (const part of path)
    at = withEntries(typeof part === 'number' ? at?.items : at?.properties?.[String(part)]);
  return at?.properties;
}

/** The one of several shapes (`null` is another) that has entries. */
function withEntries(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.anyOf?.find((one) => one.properties !== undefined || one.items !== undefined) ?? node;
}
