import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { decodeImage } from '../../../worker/source/decode-image.ts';
import { DEFAULT_LIMITS } from '../../../worker/source/limits.ts';
import { openSource, type SourceSpec } from '../../../worker/source/open-source.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { drawnPhoto, pipelineOf } from '../../fixtures/test-photo.ts';

describe('openSource', () => {
  let into: string;
  const at = (...parts: string[]) => join(into, ...parts);
  const open = (input: string, more: Partial<SourceSpec> = {}) =>
    openSource({ input: at(input), recursive: false, everyN: 1, limits: DEFAULT_LIMITS, ...more });
  async function keys(input: string, more: Partial<SourceSpec> = {}): Promise<string[]> {
    const source = await open(input, more);
    const found = [];
    for await (const frame of source.frames()) found.push(`${frame.index} ${frame.key} ${frame.input.kind}`);
    assert.equal(source.count, found.length);
    return found;
  }

  before(async () => {
    into = await mkdtemp(join(tmpdir(), 'facefleet-source-'));
    const jpeg = await pipelineOf(drawnPhoto()).jpeg().toBuffer();
    for (const folder of ['in/b', 'in/a/deep', 'in/out/faces', 'in/.git', 'empty', 'texts'])
      await mkdir(at(folder), { recursive: true });
    for (const file of [
      '2.jpg',
      '10.jpg',
      'b/1.png',
      'a/deep/x.jpg',
      'a-1.jpg',
      'out/faces/2_0.png',
      '.git/x.jpg',
    ])
      await writeFile(at('in', file), jpeg);
    await symlink('..', at('in/b/cycle'));
    await writeFile(at('texts/readme.md'), 'x');
    for (const folder of ['one/a', 'one/b', 'elsewhere/sub']) await mkdir(at(folder), { recursive: true });
    await writeFile(at('one/readme.md'), 'x');
    for (const file of ['elsewhere/p.jpg', 'elsewhere/sub/q.jpg']) await writeFile(at(file), jpeg);
    await writeFile(at('photo'), jpeg);
    await writeFile(at('text'), 'no image and no video');
    await writeFile(at('blank.txt'), '# nothing\n\n');
    await writeFile(at('none.txt'), '');
  });
  after(() => rm(into, { recursive: true, force: true }));

  it('lists one folder, or all below it, without hidden, linked and output folders', async () => {
    assert.deepEqual(await keys('in'), ['0 10.jpg file', '1 2.jpg file', '2 a-1.jpg file']);
    assert.deepEqual(await keys('in', { recursive: true, excludeDir: at('in/out') }), [
      '0 10.jpg file',
      '1 2.jpg file',
      '2 a-1.jpg file',
      '3 a/deep/x.jpg file',
      '4 b/1.png file',
    ]);
  });

  it('follows links out of the folder when asked to, each folder once and without cycles', async () => {
    await mkdir(at('linking/own'), { recursive: true });
    await writeFile(at('linking/own/a.jpg'), await pipelineOf(drawnPhoto()).jpeg().toBuffer());
    await symlink(at('elsewhere'), at('linking/there'));
    await symlink(at('elsewhere'), at('linking/there-again'));
    await symlink(at('linking'), at('elsewhere/sub/back'));
    await symlink(at('linking/own'), at('linking/alias'));
    await symlink(at('elsewhere/p.jpg'), at('linking/photo.jpg'));
    const source = await open('linking');
    const first = (await source.frames().next()).value;
    assert.equal(first?.input.kind === 'failure' && first.input.error.code, 'FF1007');
    assert.deepEqual(await keys('linking', { followLinks: true }), ['0 photo.jpg file']);
    assert.deepEqual(await keys('linking', { followLinks: true, recursive: true }), [
      '0 own/a.jpg file',
      '1 photo.jpg file',
      '2 there/p.jpg file',
      '3 there/sub/q.jpg file',
    ]);
    await writeFile(at('linking/list.txt'), 'photo.jpg\n../elsewhere/p.jpg');
    assert.deepEqual(await keys('linking/list.txt'), ['0 photo.jpg failure', '1 ../elsewhere/p.jpg failure']);
    assert.deepEqual(await keys('linking/list.txt', { followLinks: true }), [
      '0 photo.jpg file',
      '1 ../elsewhere/p.jpg failure',
    ]);
  });

  it('gives a file another version when it changes', async () => {
    const path = at('changing.jpg');
    const version = async () => (await (await open('changing.jpg')).frames().next()).value?.version;
    await writeFile(path, 'one');
    const before = await version();
    assert.match(before ?? '', /^3-\d+$/);
    assert.equal(await version(), before);
    await utimes(path, 1, 1);
    assert.equal(await version(), '3-1');
  });

  it('lets a frame be refused before it is read', async () => {
    const refused = new FacefleetError('FF1001', 'not this one');
    const source = await open('in');
    const seen = [];
    for await (const { key, input } of source.frames({ admit: (key) => (key === '2.jpg' ? refused : null) }))
      seen.push(input.kind === 'failure' ? `${key} ${input.error.detail}` : key);
    assert.deepEqual(seen, ['10.jpg', '2.jpg not this one', 'a-1.jpg']);
  });

  it('keeps every n-th position', async () => {
    assert.deepEqual(await keys('in', { everyN: 2 }), ['0 10.jpg file', '1 a-1.jpg file']);
    assert.deepEqual(await keys('in', { everyN: 100 }), ['0 10.jpg file']);
    for (const everyN of [0, -1, 1.5, Number.NaN])
      await assert.rejects(open('in', { everyN }), { code: 'FF5001' });
  });

  it('passes over frames that are done', async () => {
    const source = await open('in');
    const left = [];
    for await (const frame of source.frames({ isDone: ({ index }) => index !== 1 })) left.push(frame.key);
    assert.deepEqual(left, ['2.jpg']);
  });

  it('takes a single image whatever its name', async () => {
    assert.deepEqual(await keys('photo'), ['0 photo file']);
    assert.deepEqual(await keys('in/2.jpg'), ['0 2.jpg file']);
  });

  it('says what is wrong with an input', async () => {
    await assert.rejects(open('missing'), { code: 'FF1101' });
    await assert.rejects(open('in/2.jpg/x'), { code: 'FF1101' });
    await assert.rejects(open('empty'), failsWith('FF1102', '/empty'));
    await assert.rejects(open('texts'), { code: 'FF1102' });
    await assert.rejects(open('blank.txt'), { code: 'FF1102' });
    await assert.rejects(open('none.txt'), { code: 'FF1102' });
    await assert.rejects(open('text'), { code: 'FF1104' });
    await assert.rejects(
      openSource({ input: '/dev/null', recursive: false, everyN: 1, limits: DEFAULT_LIMITS }),
      {
        code: 'FF1103',
      },
    );
    for (const recursive of [true, false])
      await assert.rejects(open('in', { recursive, excludeDir: at('in') }), { code: 'FF5001' });
    await assert.rejects(open('in/out/faces', { excludeDir: at('in/out') }), { code: 'FF5001' });
    await assert.rejects(open('one', {}), { message: /one \(1 other file, 2 folders not searched\)/ });
  });

  it('stops when aborted or closed', async () => {
    const controller = new AbortController();
    const source = await open('in');
    const frames = source.frames({ signal: controller.signal });
    await frames.next();
    controller.abort(new Error('enough'));
    await assert.rejects(frames.next(), { message: 'enough' });
    const others = source.frames();
    await source.close();
    assert.equal((await others.next()).done, true);
  });

  it('bounds pixels, bytes and time', async () => {
    const path = at('in/2.jpg');
    await assert.rejects(decodeImage(path, { ...DEFAULT_LIMITS, maxPixels: 1000 }), {
      code: 'FF1003',
      message: /320×200/,
    });
    await assert.rejects(decodeImage(path, { ...DEFAULT_LIMITS, maxBytes: 1000 }), { code: 'FF1004' });
    const large = at('large.jpg');
    await pipelineOf(drawnPhoto()).resize(6000, 4000).jpeg().toFile(large);
    await assert.rejects(decodeImage(large, { ...DEFAULT_LIMITS, timeoutMs: 5 }), { code: 'FF1010' });
  });

  it('decodes inside a worker thread into memory that threads share', async () => {
    const module = JSON.stringify(new URL('../../../worker/source/decode-image.ts', import.meta.url).href);
    const script = `import(${module}).then(async ({ decodeImage }) =>
      require('node:worker_threads').parentPort.postMessage(
        await decodeImage(${JSON.stringify(at('in/2.jpg'))}, ${JSON.stringify(DEFAULT_LIMITS)})))`;
    const worker = new Worker(script, { eval: true });
    const image = await new Promise<{ width: number; data: Uint8Array }>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
    await worker.terminate();
    assert.equal(image.width, 320);
    assert.ok(image.data.buffer instanceof SharedArrayBuffer);
  });
});
