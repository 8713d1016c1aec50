import type { z } from 'zod';

/** Something that the API server checks as a CEL rule, and facefleet itself wherever it reads an Extraction without one. */
export interface Rule<Value> {
  /** Plain CEL; `self` is the value. */
  readonly cel: string;
  /** Completes "the entry …", such as `is no address`. */
  readonly message: string;
  /** What the rule says, in TypeScript; both are tried on the same values by tests. */
  readonly holds: (value: Value) => boolean;
}

/** The same schema with more rules. */
export function ruled<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  let checked = schema;
  for (const { message, holds } of rules) checked = checked.refine(holds, { error: message });
  return withCel(
    checked,
    rules.map(({ cel, message }) => ({ rule: cel, message })),
  );
}

/** The same schema, whose value the API server lets nobody change. @param what names it in the refusal */
export function unchangeable<S extends z.ZodType>(schema: S, what: string): S {
  return withCel(schema, [{ rule: 'self == oldSelf', message: cannotChange(what) }]);
}

/** What the API server answers to a change of what cannot change. */
export function cannotChange(what: string): string {
  return `${what} cannot be changed; delete the Extraction and create a new one`;
}

interface CelRule {
  readonly rule: string;
  readonly message: string;
}

/** The same schema with CEL rules that only the API server checks. */
export function withCel<S extends z.ZodType>(schema: S, rules: readonly CelRule[]): S {
  const meta = schema.meta() as { readonly 'x-kubernetes-validations'?: readonly CelRule[] } | undefined;
  return schema.meta({
    ...meta,
    'x-kubernetes-validations': [...(meta?.['x-kubernetes-validations'] ?? []), ...rules],
  });
}
