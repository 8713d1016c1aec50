import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureSamples } from '../../models/samples.ts';
import { temporaryFolder } from '../../models/temporary-folder.ts';
import { codeBlocks } from '../fixtures/code-blocks.ts';

const noShell = process.platform === 'win32' && 'the commands are for a POSIX shell';
const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TREE = ['package.json', 'tsconfig.json', 'controller', 'models', 'proto', 'worker'];
/** Fewer than there are, to save time. */
const PHOTOS = ['sample1.jpg', 'sample2.jpg'];
const TIMEOUT_MS = 300_000;

suite('the documented commands and files work', { skip: noShell, concurrency: 2 }, async () => {
  const pages = ['README.md', ...(await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'))];
  for (const page of pages) {
    const markdown = await readFile(join(ROOT, page === 'README.md' ? page : `docs/${page}`), 'utf8');
    const blocks = codeBlocks(markdown).filter(({ file, runnable }) => file !== null || runnable);
    if (blocks.length === 0) continue;
    test(page, { timeout: TIMEOUT_MS }, () =>
      temporaryFolder(async (folder) => {
        await copyTree(folder);
        for (const { file, code } of blocks) {
          if (file === null) await shell(folder, code);
          else await place(folder, file, code);
        }
        await typeCheck(
          folder,
          blocks.flatMap(({ file }) => (file?.endsWith('.ts') ? [file] : [])),
        );
      }),
    );
  }
});

/** What a clone has after `npm ci`, and a folder `photos`. */
async function copyTree(folder: string): Promise<void> {
  for (const name of TREE) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
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

/** Runs a block in the clone's root with the Node that runs this test. */
async function shell(folder: string, code: string): Promise<void> {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  await run('sh', ['-euc', code], { cwd: folder, env: { ...process.env, PATH } }).catch((error: Error) => {
    assert.fail(`${code}\n${(error as Error & { stderr?: string }).stderr ?? error.message}`);
  });
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
