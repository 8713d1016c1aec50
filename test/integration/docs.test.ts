import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureSamples } from '../../models/samples.ts';
import { temporaryFolder } from '../../models/temporary-folder.ts';
import { type CodeBlock, codeBlocks } from '../fixtures/code-blocks.ts';
import { startNatsServer, withoutNatsServer } from '../servers/nats-server.ts';

const noShell = process.platform === 'win32' && 'the commands are for a POSIX shell';
const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TREE = ['package.json', 'tsconfig.json', 'controller', 'models', 'proto', 'worker'];
/** Fewer than there are, to save time. */
const PHOTOS = ['sample1.jpg', 'sample2.jpg'];
const TIMEOUT_MS = 300_000;
/** Folder of the programs that `npm link` makes. */
const LINKS = 'links';

suite('the documented commands and files work', { skip: noShell, concurrency: 2 }, async () => {
  const pages = ['README.md', ...(await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'))];
  for (const page of pages) {
    const markdown = await readFile(join(ROOT, page === 'README.md' ? page : `docs/${page}`), 'utf8');
    const blocks = codeBlocks(markdown).filter(
      ({ file, runnable, output }) => file !== null || runnable || output,
    );
    if (blocks.length === 0) continue;
    test(page, { timeout: TIMEOUT_MS }, (t) =>
      temporaryFolder(async (folder) => {
        await copyTree(folder);
        await using nats = blocks.some(needsNats) && !withoutNatsServer ? await startNatsServer() : null;
        let printed = '';
        for (const block of blocks) {
          const { file, output, code } = block;
          if (output) expectLines(printed, code);
          else if (file !== null) await place(folder, file, code);
          else if (needsNats(block) && nats === null) t.diagnostic(`${withoutNatsServer}; not run: ${code}`);
          else printed = await shell(folder, code, nats === null ? {} : { NATS_URL: nats.url });
        }
        await typeCheck(
          folder,
          blocks.flatMap(({ file }) => (file?.endsWith('.ts') ? [file] : [])),
        );
      }),
    );
  }
});

function needsNats({ needs }: CodeBlock): boolean {
  return needs === 'nats';
}

/** What a clone has after `npm ci` and `npm link`, a folder `photos`, and what kubectl printed of a cluster. */
async function copyTree(folder: string): Promise<void> {
  for (const name of TREE) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['nodes', 'pods'])
    await cp(join(ROOT, `test/fixtures/clusters/a100-t4.${name}.json`), join(folder, `${name}.json`));
  const linked = '#!/bin/sh\nexec node "$(dirname "$0")/../controller/cli/bin.ts" "$@"\n';
  await mkdir(join(folder, LINKS));
  await writeFile(join(folder, LINKS, 'facefleet'), linked, { mode: 0o755 });
  const samples = await ensureSamples();
  for (const name of PHOTOS) await cp(join(samples, name), join(folder, 'photos', name));
}

async function place(folder: string, file: string, code: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), code);
  const [, name] = /^export const (\w+): CatalogModel /m.exec(code) ?? [];
  if (name !== undefined) await addToCatalog(folder, name, file);
}

/** What the page tells in words: an import and a place in the list. */
async function addToCatalog(folder: string, name: string, file: string): Promise<void> {
  const catalog = join(folder, 'models/catalog/catalog.ts');
  const before = await readFile(catalog, 'utf8');
  const after = before.replace(/\[(\w+(?:,\s*\w+)*),?\s*\]\.map/, `[$1, ${name}].map`);
  assert.notEqual(after, before);
  await writeFile(catalog, `import { ${name} } from '${file.replace('models/catalog', '.')}';\n${after}`);
}

/** @throws AssertionError when a line is not printed, or not behind those before it */
function expectLines(printed: string, wanted: string): void {
  let rest = printed.split('\n');
  for (const line of wanted.trimEnd().split('\n')) {
    const at = rest.indexOf(line);
    assert.notEqual(at, -1, `${JSON.stringify(line)} is not printed:\n${printed}`);
    rest = rest.slice(at + 1);
  }
}

/** Runs a block in the clone's root with the Node that runs this test. @returns what it printed */
async function shell(
  folder: string,
  code: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const PATH = `${join(folder, LINKS)}:${dirname(process.execPath)}:${process.env.PATH}`;
  try {
    const { stdout } = await run('sh', ['-euc', code], {
      cwd: folder,
      env: { ...process.env, ...variables, PATH },
    });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    assert.fail(`${code}\n${stderr ?? message}`);
  }
}

async function typeCheck(folder: string, files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error);
  assert.deepEqual(
    stdout.split('\n').filter((line) => files.some((file) => line.startsWith(file))),
    [],
  );
}
