import assert from 'node:assert/strict';
import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeDirs } from '../../../worker/store/make-dirs.ts';
import { scratch } from '../../fixtures/scratch.ts';

describe('makeDirs', () => {
  const folder = scratch();

  it('makes what is missing and is content with what is there', async () => {
    const deep = join(folder, 'a/b/c');
    await Promise.all([makeDirs(deep), makeDirs(deep), makeDirs(join(folder, 'a/b/d'))]);
    await makeDirs(deep);
    assert.ok(statSync(deep).isDirectory());
    symlinkSync(deep, join(folder, 'link'));
    await makeDirs(join(folder, 'link/e'));
    assert.ok(statSync(join(deep, 'e')).isDirectory());
    await makeDirs('/');
  });

  it('refuses a path through a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(makeDirs(file), { code: 'EEXIST' });
    await assert.rejects(makeDirs(join(file, 'x/y')), { code: 'ENOTDIR' });
  });

  it('comes back from file systems that take no folders', {
    skip: process.platform !== 'linux',
  }, async () => {
    for (const path of ['/proc/facefleet', '/proc/facefleet/out', '/proc/1/facefleet/out'])
      await assert.rejects(makeDirs(path), { code: /^E(NOENT|ACCES|PERM)$/ });
  });
});
