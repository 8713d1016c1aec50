import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SCENARIOS as CHAOS } from '../../chaos/scenarios/all.ts';
import { SCENARIOS as CLUSTER_CHAOS } from '../../cluster/chaos/scenarios.ts';
import { markdownPages } from '../../fixtures/markdown-pages.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

test('links between pages lead somewhere', async () => {
  for (const { name, text } of await markdownPages()) {
    for (const [, target = '', anchor = ''] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const path = target === '' ? join(ROOT, name) : join(ROOT, dirname(name), target);
      const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        assert.equal(error.code, 'EISDIR', `${name} links to ${target}`);
        return '';
      });
      if (anchor !== '')
        assert.ok(anchorsOf(content).includes(anchor), `${name} links to ${target}#${anchor}`);
    }
  }
});

test('every page is reached from the README', async () => {
  const pages = new Map((await markdownPages()).map(({ name, text }) => [name, text]));
  const reached = new Set(['README.md', 'CHANGELOG.md']);
  for (const name of reached)
    for (const [, target = ''] of pages.get(name)?.matchAll(/\]\((?!https?:)([^)#]+\.md)/g) ?? [])
      reached.add(join(dirname(name), target));
  // the decisions are linked as a folder
  const missed = [...pages.keys()].filter(
    (name) => !reached.has(name) && !name.startsWith('docs/decisions/'),
  );
  assert.deepEqual(missed, []);
});

test('tests that the guarantees name are there', async () => {
  const text = await readFile(join(ROOT, 'docs/guarantees.md'), 'utf8');
  const cited = [...text.matchAll(/\]\(\.\.\/(test\/[^)]+)\) ((?:“[^”]+”(?:, )?)+)/g)];
  assert.ok(cited.length > 20, `${cited.length} were found`);
  for (const [, file = '', names = ''] of cited) {
    const source = await readFile(join(ROOT, file), 'utf8');
    for (const [, name = ''] of names.matchAll(/“([^”]+)”/g)) {
      const [head = ''] = name.split(' (');
      assert.ok(source.includes(head), `${file} has no test “${name}”`);
    }
  }
  const cases = await readFile(join(ROOT, 'test/unit/reconcile/decide.test.ts'), 'utf8');
  for (const [, id = ''] of text.matchAll(/`decide: ([a-z-]+)`/g)) assert.ok(cases.includes(`'${id}'`), id);
});

test('the guarantees name all scenarios of chaos, and no others', async () => {
  const text = await readFile(join(ROOT, 'docs/guarantees.md'), 'utf8');
  const named = { '': new Set<string>(), 'cluster ': new Set<string>() };
  for (const [, kind = '', names = ''] of text.matchAll(/(cluster )?chaos ((?:`[a-z0-9-]+`(?:, )?)+)/g))
    for (const [, name = ''] of names.matchAll(/`([^`]+)`/g)) named[kind as keyof typeof named].add(name);
  const names = (scenarios: readonly { readonly name: string }[]) => scenarios.map(({ name }) => name).sort();
  assert.deepEqual([...named['']].sort(), names(CHAOS));
  assert.deepEqual([...named['cluster ']].sort(), names(CLUSTER_CHAOS));
});

function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
