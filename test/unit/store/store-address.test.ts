import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../../worker/store/open-store.ts';
import { parseStoreAddress, splitObjectAddress } from '../../../worker/store/store-address.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const base = scratch();

test('addresses of buckets', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', ''],
    ['s3://bucket/a/b', 'bucket', 'a/b/'],
    ['s3://bucket/a/b/', 'bucket', 'a/b/'],
    ['S3://my.bucket-1/a b%20+?c#d', 'my.bucket-1', 'a b%20+?c#d/'],
    ['s3://bucket/über/日本', 'bucket', 'über/日本/'],
    ['s3://bucket/mail@home', 'bucket', 'mail@home/'],
    ['s3://bucket/two\nlines', 'bucket', 'two\nlines/'],
  ];
  for (const [address, bucket, prefix] of cases) {
    assert.deepEqual(parseStoreAddress(address), { kind: 's3', bucket, prefix }, address);
  }
});

test('addresses of folders', () => {
  for (const path of [
    'out',
    '/out',
    './s3',
    '../x',
    'a:b',
    'C:\\out',
    'C:/out',
    's3/bucket',
    'with space',
    '~',
  ]) {
    assert.deepEqual(parseStoreAddress(path), { kind: 'dir', path });
  }
  if (process.platform !== 'win32') {
    assert.deepEqual(parseStoreAddress('file:///a/b%20c'), { kind: 'dir', path: '/a/b c' });
    assert.deepEqual(parseStoreAddress('file:/a'), { kind: 'dir', path: '/a' });
  }
});

test('what is no address is refused with the reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /empty/],
    ['a\0b', /NUL/],
    ['s3:', /cannot be a bucket/],
    ['s3://', /cannot be a bucket/],
    ['s3:///key', /cannot be a bucket/],
    ['s3:bucket', /cannot be a bucket/],
    ['s3://ab/..', /cannot be a bucket/],
    ['s3://bucket/../x', /'\.\.' segment/],
    ['s3://bucket//x', /absolute/],
    ['s3://bucket/a//b', /empty segment/],
    ['s3://bucket/a//', /empty segment/],
    ['s3://bucket?endpoint=http://x/y', /cannot be a bucket/],
    ['gs://bucket/x', /gs: is no kind of store/],
    ['https://host/x', /https: is no kind of store/],
    ['file://host/x', /file/i],
    ['file:///a%2Fb', /file/i],
  ];
  for (const [address, reason] of cases) {
    assert.throws(() => parseStoreAddress(address), failsWith('FF5004', reason), address);
  }
});

test('credentials in an address or an endpoint are refused and not repeated', async () => {
  const silent = (error: unknown): boolean =>
    failsWith('FF5004', 'credentials')(error) && !/hunter2/.test(String(error));
  assert.throws(() => parseStoreAddress('s3://id:hunter2@bucket/x'), silent);
  await assert.rejects(openStore('s3://bucket', { s3: { endpoint: 'http://id:hunter2@host' } }), silent);
  process.env.AWS_ENDPOINT_URL_S3 = 'http://id:hunter2@host';
  try {
    await assert.rejects(openStore('s3://bucket'), silent);
  } finally {
    delete process.env.AWS_ENDPOINT_URL_S3;
  }
});

test('stores are opened by their address', async () => {
  assert.equal((await openStore(base)).location, base);
  await assert.rejects(openStore(`${base}/none`, { create: false }), failsWith('FF4006', 'none'));
  assert.equal(
    (await openStore('s3://bucket/a/', { s3: { endpoint: 'http://127.0.0.1:1' } })).location,
    's3://bucket/a',
  );
  for (const endpoint of ['127.0.0.1:9000', 'localhost', '', 'ftp://host']) {
    await assert.rejects(
      openStore('s3://bucket', { s3: { endpoint } }),
      failsWith('FF5004', 'endpoint'),
      endpoint,
    );
  }
  await assert.rejects(openStore('s3://bucket', { s3: { partBytes: 1000 } }), failsWith('FF5004', '1000'));
});

test('keys are checked with the prefix that is put before them', async () => {
  const prefix = Array.from({ length: 5 }, () => 'p'.repeat(190)).join('/');
  const store = await openStore(`s3://bucket/${prefix}`, { s3: { endpoint: 'http://127.0.0.1:1' } });
  await assert.rejects(store.put('k'.repeat(100), new Uint8Array(1)), failsWith('FF4004', '1024 bytes'));
});

test('the address of an object is split at its last slash', () => {
  assert.deepEqual(splitObjectAddress('s3://bucket/films/a.mp4'), {
    folder: 's3://bucket/films',
    key: 'a.mp4',
  });
  assert.deepEqual(splitObjectAddress('s3://bucket/a.mp4'), { folder: 's3://bucket', key: 'a.mp4' });
  for (const none of ['s3://bucket', '/films/a.mp4']) assert.equal(splitObjectAddress(none), null);
});
