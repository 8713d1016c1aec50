export interface CelRule {
  readonly rule: string;
  readonly message: string;
}

/** JSON Schema of an OpenAPI 3.0 document, as far as a CustomResourceDefinition takes it. */
export interface StructuralSchema {
  type?: string;
  description?: string;
  format?: string;
  nullable?: boolean;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, StructuralSchema>;
  required?: string[];
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema | boolean;
  anyOf?: StructuralSchema[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  'x-kubernetes-validations'?: readonly CelRule[];
  [key: string]: unknown;
}

const INT32 = 2 ** 31;

/**
 * What zod wrote, by the rules for structural schemas: no `additionalProperties` beside `properties`, no alternatives of types, free-form objects
 * named as such, formats for whole numbers, no default of null, and defaults that have the defaults of their own entries in them (rules are tried
 * on them as they stand).
 */
export function structuralSchema(node: StructuralSchema): StructuralSchema {
  const { $schema: _, definitions: __, type, description, ...others } = node;
  const rest: StructuralSchema = {
    ...(type !== undefined && { type }),
    ...(description !== undefined && { description }),
    ...others,
  };
  if (rest['x-kubernetes-int-or-string'] === true) return intOrString(rest);
  if (rest['x-kubernetes-preserve-unknown-fields'] === true) delete rest.additionalProperties;
  if (rest.default === null) delete rest.default;
  if (rest.additionalProperties === false) delete rest.additionalProperties;
  if (typeof rest.additionalProperties === 'object')
    rest.additionalProperties = structuralSchema(rest.additionalProperties);
  if (rest.items !== undefined) rest.items = structuralSchema(rest.items);
  if (rest.properties !== undefined)
    rest.properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, entry]) => [name, structuralSchema(entry)]),
    );
  if (rest.default !== undefined) rest.default = filled(rest.default, rest);
  return rest.type === 'integer' ? wholeNumber(rest) : rest;
}

function filled(value: unknown, { properties, items }: StructuralSchema): unknown {
  if (Array.isArray(value)) return items === undefined ? value : value.map((one) => filled(one, items));
  if (properties === undefined || typeof value !== 'object' || value === null) return value;
  const given = value as Record<string, unknown>;
  const entries = Object.entries(properties).map(([name, schema]) => [
    name,
    filled(given[name] ?? schema.default, schema),
  ]);
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}

/** Such as a quantity, which is `2` as well as `500m`. */
function intOrString({ anyOf: _, type: __, ...rest }: StructuralSchema): StructuralSchema {
  return rest;
}

function wholeNumber(node: StructuralSchema): StructuralSchema {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = node;
  const fits = minimum >= -INT32 && maximum < INT32;
  const bounded: StructuralSchema = { ...node, format: fits ? 'int32' : 'int64' };
  for (const bound of ['minimum', 'maximum'] as const)
    if (Math.abs(node[bound] ?? 0) === Number.MAX_SAFE_INTEGER) delete bounded[bound];
  return bounded;
}
