import assert from 'node:assert/strict';
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

  it('is no device, no folder, and lies in a folder that exists', async () => {
    await assert.rejects(
      writeFileAtOnce('/dev/null', pieces(), true),
      failsWith('FF4001', 'no regular file'),
    );
    await assert.rejects(writeFileAtOnce(folder, pieces(), true), failsWith('FF4001', 'no regular file'));
    await assert.rejects(
      writeFileAtOnce(join(folder, 'none/x'), pieces(), false),
      failsWith('FF4001', 'none/x'),
    );
    assert.ok(existsSync('/dev/null'));
  });
});
