import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { openDirStore } from '../../../worker/store/dir-store.ts';
import { createTmp, fillTmp, publishIfAbsent } from '../../../worker/store/dir-write.ts';
import { isLeftover, tmpName } from '../../../worker/store/tmp-name.ts';

const bytes = Buffer.from('content');
const hasCode =
  (code: string, text = /./) =>
  (error: unknown) =>
    error instanceof FacefleetError && error.code === code && text.test(error.message);

let base: string;
before(async () => {
  base = await mkdtemp(join(tmpdir(), 'facefleet-dir-'));
});
after(async () => await rm(base, { recursive: true, force: true }));

async function keys(root: string): Promise<string[]> {
  const all: string[] = [];
  for await (const { key } of (await openDirStore(root)).list('')) all.push(key);
  return all;
}

describe('DirStore and symbolic links', () => {
  it('never writes through a link that leads outside', async () => {
    const root = join(base, 'links');
    const outside = join(base, 'outside');
    await mkdir(join(root, 'real'), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, 'file'), 'untouched');
    await symlink(outside, join(root, 'out'));
    await symlink(join(base, 'nowhere'), join(root, 'dangling'));
    await symlink(join(outside, 'file'), join(root, 'file-link'));
    const store = await openDirStore(root);
    for (const key of ['out/a', 'out/b/c/d', 'out/file']) {
      await assert.rejects(store.put(key, bytes), hasCode('FF4004', /outside/), key);
      await assert.rejects(store.putIfAbsent(key, bytes), hasCode('FF4004'));
    }
    await assert.rejects(store.delete('out/file'), hasCode('FF4004'));
    await assert.rejects(store.put('dangling/a', bytes), hasCode('FF4001'));
    await store.put('file-link', bytes);
    assert.equal(await readFile(join(outside, 'file'), 'utf8'), 'untouched');
    assert.deepEqual(await readdir(outside), ['file']);
    assert.deepEqual((await readdir(base)).includes('nowhere'), false);
    assert.deepEqual(await keys(root), ['file-link'], 'links are not listed');
  });

  it('neither reads nor lists through links to files, and never hangs on a pipe', async () => {
    const root = join(base, 'reads');
    await mkdir(root);
    await writeFile(join(base, 'secret'), 'secret');
    await symlink(join(base, 'secret'), join(root, 'link'));
    const store = await openDirStore(root);
    assert.equal(await store.head('link'), null);
    await assert.rejects(store.get('link'), hasCode('FF4006'));
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [join(root, 'pipe')]);
      assert.equal(await store.head('pipe'), null);
      await assert.rejects(store.get('pipe'), hasCode('FF4006'));
    }
    assert.deepEqual(await keys(root), []);
    assert.equal(await store.putIfAbsent('link', bytes), false);
    assert.equal(await readFile(join(base, 'secret'), 'utf8'), 'secret');
  });

  it('uses a root that is a link, and links that stay inside', async () => {
    await mkdir(join(base, 'target/inner'), { recursive: true });
    await symlink(join(base, 'target'), join(base, 'root-link'));
    await symlink(join(base, 'target/inner'), join(base, 'target/alias'));
    const store = await openDirStore(join(base, 'root-link'));
    await store.put('alias/a', bytes);
    assert.deepEqual(await keys(join(base, 'target')), ['inner/a']);
  });
});

describe('DirStore and temporary files', () => {
  it('removes those of killed processes on opening, at any depth, and lists none', async () => {
    const root = join(base, 'leftovers');
    await mkdir(join(root, 'faces/sub'), { recursive: true });
    const url = join(import.meta.dirname, '../../../worker/store/tmp-name.ts');
    const print = `import { tmpName } from ${JSON.stringify(url)}; console.log(tmpName());`;
    const dead = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', print], {
      encoding: 'utf8',
    }).stdout.trim();
    const foreign = dead.replace(/tmp-[0-9a-f]{8}/, 'tmp-00000000');
    const own = tmpName();
    assert.equal(isLeftover(dead, 0), true);
    assert.equal(isLeftover(own, 1e12), false);
    assert.equal(isLeftover(foreign, 0), false);
    assert.equal(isLeftover(foreign, 25 * 3600 * 1000), true);
    // The number of this process, but an earlier start: the number was used again.
    assert.equal(isLeftover(own.replace(/-[0-9a-f]{8}-([0-9a-f]{12})$/, '-00000000-$1'), 0), true);
    for (const name of [dead, own, `faces/sub/${dead}`, foreign, '.facefleet.tmp-note', 'kept.png']) {
      await writeFile(join(root, name), 'half');
    }
    await utimes(join(root, foreign), new Date(0), new Date(0));
    await openDirStore(root);
    const left = (await readdir(root, { recursive: true })).sort();
    assert.deepEqual(left, ['.facefleet.tmp-note', own, 'faces', 'faces/sub', 'kept.png'].sort());
    assert.deepEqual(await keys(root), ['kept.png']);
  });

  it('leaves none behind a put that fails', async () => {
    const root = join(base, 'failing');
    const store = await openDirStore(root);
    await store.put('folder/a', bytes);
    await assert.rejects(store.put('folder', bytes), hasCode('FF4001', /folder/));
    await assert.rejects(store.put('folder/a/b', bytes), hasCode('FF4001', /is a file|folder\/a\/b/));
    assert.deepEqual((await readdir(root, { recursive: true })).sort(), ['folder', 'folder/a']);
  });

  it('an empty folder goes with its last object', async () => {
    const root = join(base, 'prune');
    const store = await openDirStore(root);
    await store.put('a/b/c', bytes);
    await store.put('a/d', bytes);
    await store.delete('a/b/c');
    assert.deepEqual((await readdir(root, { recursive: true })).sort(), ['a', 'a/d']);
    await store.delete('a/d');
    assert.deepEqual(await readdir(root), []);
  });
});

describe('DirStore on a file system without links', () => {
  it('still has one winner', async () => {
    const noLinks = async (): Promise<void> => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    };
    const put = async (text: string, makeLink: typeof link): Promise<boolean> => {
      const tmp = await createTmp(base);
      await fillTmp(tmp, Buffer.from(text), {});
      return await publishIfAbsent(
        tmp.path,
        base,
        'unlinked',
        true,
        makeLink as (from: string, to: string) => Promise<void>,
      );
    };
    const won = await Promise.all(Array.from({ length: 8 }, (_, i) => put(`winner ${i}`, noLinks)));
    assert.equal(won.filter(Boolean).length, 1);
    assert.equal(await readFile(join(base, 'unlinked'), 'utf8'), `winner ${won.indexOf(true)}`);
    assert.equal(await put('late', link as typeof noLinks), false);
  });
});

describe('DirStore and a system that refuses', () => {
  it('says when the root is a file or missing', async () => {
    await writeFile(join(base, 'a-file'), '');
    await assert.rejects(openDirStore(join(base, 'a-file')), hasCode('FF4001', /a-file/));
    await assert.rejects(openDirStore(join(base, 'a-file/below')), hasCode('FF4001', /a-file/));
    await assert.rejects(
      openDirStore(join(base, 'missing'), { create: false }),
      hasCode('FF4006', /missing/),
    );
  });

  it('names the path when the disk is full, and keeps what was there', (t) => {
    const script = `
      import { openDirStore } from ${JSON.stringify(join(import.meta.dirname, '../../../worker/store/dir-store.ts'))};
      import { readdirSync } from 'node:fs';
      const store = await openDirStore(process.argv[1]);
      await store.put('a', Buffer.from('old'));
      const large = Buffer.alloc(3_000_000, 1);
      for (const put of [() => store.put('a', large), () => store.putIfAbsent('b/c', large, { durable: true })]) {
        try { await put(); console.log('written'); } catch (error) { console.log(error.code, error.detail); }
      }
      console.log(readdirSync(process.argv[1], { recursive: true }).join(), String(Buffer.from(await store.get('a'))));`;
    const mount =
      'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$1" --input-type=module-typescript -e "$2" "$0"';
    const full = join(base, 'full');
    execFileSync('mkdir', [full]);
    const ran = spawnSync('unshare', ['-rm', 'sh', '-c', mount, full, process.execPath, script], {
      encoding: 'utf8',
    });
    if (ran.error || /unshare|mount/.test(ran.stderr)) {
      t.skip('needs the right to mount a small file system');
      return;
    }
    const lines = ran.stdout.trim().split('\n');
    assert.match(lines[0] ?? '', /^FF4001 .*full\/a: no space left \(ENOSPC\)$/, ran.stderr);
    assert.match(lines[1] ?? '', /^FF4001 .*full\/b\/c: no space left \(ENOSPC\)$/);
    assert.equal(lines[2], 'a,b old');
  });

  it('names the path when it may not write', (t) => {
    const root = join(base, 'forbidden');
    execFileSync('mkdir', ['-m', '555', root]);
    execFileSync('chmod', ['755', base]);
    const script = `
      import { openDirStore } from ${JSON.stringify(join(import.meta.dirname, '../../../worker/store/dir-store.ts'))};
      try { await (await openDirStore(process.argv[1])).put('a/b', Buffer.from('x')); console.log('written'); }
      catch (error) { console.log(error.code, error.detail); }`;
    // Root may write anywhere: step down to nobody.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const args = ['--input-type=module-typescript', '-e', script, root];
    const ran = spawnSync(process.execPath, args, { encoding: 'utf8', ...nobody });
    if (ran.error || !ran.stdout) {
      t.skip(`cannot run as another user here: ${ran.error?.message ?? ran.stderr.slice(0, 200)}`);
      return;
    }
    assert.match(ran.stdout, /^FF4001 .*forbidden\/a\/b: permission denied \(EACCES\)$/m);
  });
});
