import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * npm run proto:check: the schemas pass buf's lint rules, break nothing that `proto/released.json` (the schemas of the last release,
 * as buf's image) promised, and `proto/gen` is what they generate.
 * npm run proto:release makes the present schemas the promise.
 */
const root = new URL('..', import.meta.url).pathname;

function buf(...args: string[]): void {
  execFileSync('buf', args, { cwd: root, stdio: 'inherit' });
}

/** Text by path below `folder`. */
async function texts(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const all = await Promise.all(
    files.map(async (file) => [file.slice(folder.length), await readFile(file, 'utf8')] as const),
  );
  return new Map(all);
}

const generated = await mkdtemp(join(tmpdir(), 'facefleet-proto-'));
try {
  buf('lint', 'proto');
  buf('breaking', 'proto', '--against', 'proto/released.json');
  buf('generate', 'proto', '--template', 'proto/buf.gen.yaml', '-o', generated);
  const fresh = await texts(join(generated, 'gen'));
  const committed = await texts(join(root, 'proto/gen'));
  const paths = new Set([...fresh.keys(), ...committed.keys()]);
  const stale = [...paths].filter((path) => fresh.get(path) !== committed.get(path)).sort();
  if (stale.length > 0) {
    console.error(`proto/gen is not what the schemas generate: ${stale.join(', ')}; run npm run proto`);
    process.exitCode = 1;
  }
} catch (error) {
  // buf has said on stderr what is wrong
  if (!(error instanceof Error && 'status' in error)) throw error;
  process.exitCode = 1;
} finally {
  await rm(generated, { recursive: true, force: true });
}
