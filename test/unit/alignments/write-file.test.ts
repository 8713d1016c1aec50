import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeFileAtOnce } from '../../../worker/alignments/write-file.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { streamOf } from '../../fixtures/portable-frames.ts';
import { scratch } from '../../fixtures/scratch.ts';

describe('a file that is written at once', () => {
  const folder = scratch();
  const pieces = () => streamOf([Buffer.from('ab'), Buffer.from('c')]);

  it('holds all pieces', async () => {
    await writeFileAtOnce(join(folder, 'new'), pieces(), false);
    assert.equal(readFileSync(join(folder, 'new'), 'utf8'), 'abc');
  });

  it('is not replaced unless that is wanted', async () => {
    const path = join(folder, 'old');
    await writeFile(path, 'old');
    await assert.rejects(writeFileAtOnce(path, pieces(), false), failsWith('FF4007', 'old'));
    assert.equal(readFileSync(path, 'utf8'), 'old');
    await writeFileAtOnce(path, pieces(), true);
    assert.equal(readFileSync(path, 'utf8'), 'abc');
  });

  it('is the file that a link leads to', async () => {
    await mkdir(join(folder, 'far'));
    await writeFile(join(folder, 'far/file'), 'old');
    await symlink('far/file', join(folder, 'link'));
    await assert.rejects(writeFileAtOnce(join(folder, 'link'), pieces(), false), failsWith('FF4007'));
    await writeFileAtOnce(join(folder, 'link'), pieces(), true);
    assert.equal(readlinkSync(join(folder, 'link')), 'far/file');
    assert.equal(readFileSync(join(folder, 'far/file'), 'utf8'), 'abc');
  });

  it('leaves nothing behind when its pieces fail, and the old file stays', async () => {
    const fault = new Error('the pieces end here');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      throw fault;
    }
    await writeFile(join(folder, 'kept'), 'kept');
    await assert.rejects(writeFileAtOnce(join(folder, 'kept'), failing(), true), fault);
    await assert.rejects(writeFileAtOnce(join(folder, 'never'), failing(), false), fault);
    assert.equal(readFileSync(join(folder, 'kept'), 'utf8'), 'kept');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.') || name === 'never'),
      [],
    );
  });

  it('leaves nothing behind when the process exits meanwhile, nor does a stream in a temporary file', async () => {
    const left = join(folder, 'left');
    await mkdir(left);
    const module = (name: string) => new URL(`../../../worker/alignments/${name}.ts`, import.meta.url).href;
    const script = `
      import { Readable } from 'node:stream';
      import { spoolStream } from '${module('spooled-stream')}';
      import { writeFileAtOnce } from '${module('write-file')}';
      const left = ${JSON.stringify(left)};
      async function* endless() {
        for (let i = 0; ; i++) {
          yield Buffer.alloc(100);
          if (i === 50) process.exit(130);
        }
      }
      await spoolStream(Readable.from([Buffer.alloc(10)]));
      console.log((await import('node:fs')).readdirSync(left).length);
      await writeFileAtOnce(left + '/never', endless(), false);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: left, NODE_DISABLE_COMPILE_CACHE: '1' },
    });
    assert.deepEqual([status, stdout], [130, '1\n'], stderr);
    assert.deepEqual(readdirSync(left), []);
  });

  it('lies in a folder that is there, under a name', async () => {
    await assert.rejects(
      writeFileAtOnce(join(folder, 'none/x'), pieces(), false),
      failsWith('FF4001', 'none/x', 'its folder does not exist'),
    );
    await assert.rejects(
      writeFileAtOnce(`${join(folder, 'none')}/`, pieces(), false),
      failsWith('FF4001', 'none/', 'folder that does not exist'),
    );
    assert.ok(!existsSync(join(folder, 'none')));
  });

  it('is no device and no folder', async () => {
    await assert.rejects(
      writeFileAtOnce('/dev/null', pieces(), true),
      failsWith('FF4001', 'no regular file'),
    );
    await assert.rejects(writeFileAtOnce(folder, pieces(), true), failsWith('FF4001', 'no regular file'));
    assert.ok(existsSync('/dev/null'));
  });
});
