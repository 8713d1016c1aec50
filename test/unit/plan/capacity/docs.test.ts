import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { productMemoryTable } from '../../../../controller/plan/capacity/product-memory.ts';

test('the documentation shows the memory that is assumed for every product', async () => {
  const page = await readFile(new URL('../../../../docs/capacity.md', import.meta.url), 'utf8');
  const documented = new Map<string, number>();
  for (const [, mib = '', models = ''] of page.matchAll(/^\| ([\d,]+) \| (.+) \|$/gm)) {
    for (const model of models.split(', ')) documented.set(model, Number(mib.replaceAll(',', '')));
  }
  assert.deepEqual(documented, new Map([...productMemoryTable()].sort((a, b) => a[1] - b[1])));
});
