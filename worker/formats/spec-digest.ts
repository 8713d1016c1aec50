import { hash } from 'node:crypto';
import { canonicalJson, type Json } from './canonical-json.ts';

/** What of an extraction's options affects its output, as plain data. */
export type Spec = { readonly [field: string]: Json | undefined };

/** SHA-256 (hex) of the canonical JSON of a spec: equal for extractions whose outputs are to be equal. */
export function specDigest(spec: Spec): string {
  return hash('sha256', canonicalJson(spec));
}

/** How `now` differs from `before`, one phrase per field: `detect.name was "ultraface", now is "yunet"`. Empty when it does not. */
export function specDifferences(before: Json | undefined, now: Json | undefined, path = ''): string[] {
  if (isObject(before) && isObject(now)) {
    const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    return fields.flatMap((field) =>
      specDifferences(before[field], now[field], path ? `${path}.${field}` : field),
    );
  }
  const [was, is] = [shown(before), shown(now)];
  return was === is ? [] : [`${path} was ${cut(was)}, now is ${cut(is)}`];
}

function isObject(value: Json | undefined): value is Spec {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'not set' : canonicalJson(value);
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
