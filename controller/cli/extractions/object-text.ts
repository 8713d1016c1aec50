import { stringify } from 'yaml';

/** How kubectl names an Extraction. */
export function resourceName(name: string): string {
  return `extraction.facefleet.dev/${name}`;
}

/** An object as kubectl prints it with `-o`; without the bookkeeping of fields. */
export function objectText(object: object, output: 'name' | 'json' | 'yaml'): string {
  switch (output) {
    case 'name':
      return `${resourceName((object as { metadata: { name: string } }).metadata.name)}\n`;
    case 'json':
      return `${JSON.stringify(withoutManagedFields(object), null, 2)}\n`;
    case 'yaml':
      return stringify(withoutManagedFields(object));
  }
}

function withoutManagedFields(object: object): object {
  const { items, metadata } = object as { items?: object[]; metadata?: { managedFields?: unknown } };
  if (items !== undefined) return { ...object, items: items.map(withoutManagedFields) };
  if (metadata === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}
