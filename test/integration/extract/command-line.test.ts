import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { events, runCli, startCli } from '../../fixtures/cli.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';

describe('the command line of extract', { concurrency: 2 }, () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const output = join(folder, 'out');

  before(() => smallPhotos(input, 2));

  const refused: { name: string; args: string[]; code: number; says: RegExp }[] = [
    { name: 'an unknown option', args: [input, output, '--sizes', '3'], code: 2, says: /--sizes/ },
    { name: 'no output', args: [input], code: 2, says: /output/ },
    { name: 'a third argument', args: [input, output, 'more'], code: 2, says: /too many arguments/ },
    { name: 'a size out of range', args: [input, output, '--size', '63'], code: 2, says: /64 to 2048/ },
    { name: 'a size that is no number', args: [input, output, '-m', 'big'], code: 2, says: /neither pixels/ },
    {
      name: 'an unknown method',
      args: [input, output, '-O', 'gamma'],
      code: 2,
      says: /none, clahe, hist, mean/,
    },
    { name: 'no threads', args: [input, output, '--threads', '0'], code: 2, says: /1 to 256/ },
    { name: 'every 0th frame', args: [input, output, '-N', '0'], code: 2, says: /whole number from 1/ },
    { name: 'an unknown detector', args: [input, output, '-D', 'haar'], code: 2, says: /FF5003.*haar/ },
    { name: 'an unknown aligner', args: [input, output, '-A', 'fan'], code: 2, says: /FF5003.*fan/ },
    { name: 'an unknown masker', args: [input, output, '-M', 'vgg'], code: 2, says: /FF5003.*vgg/ },
    {
      name: 'a masker twice',
      args: [input, output, '-M', 'extended', 'extended'],
      code: 2,
      says: /FF5001.*twice/,
    },
    {
      name: 'options that contradict each other',
      args: [input, output, '--overwrite', '--skip-existing'],
      code: 2,
      says: /FF5001/,
    },
    { name: 'a source that is missing', args: [join(folder, 'none'), output], code: 2, says: /FF1101.*none/ },
    { name: 'the source as output', args: [input, input], code: 2, says: /FF5001.*choose another folder/ },
    {
      name: 'a smallest face above the frame',
      args: [input, output, '-m', '200%'],
      code: 2,
      says: /--min-size.*100/,
    },
    {
      name: 'no masker with a masker',
      args: [input, output, '-M', 'none', 'components'],
      code: 2,
      says: /FF5001.*none stands alone, not with components/,
    },
    {
      name: 'a largest face in pixels',
      args: [input, output, '-x', '100'],
      code: 2,
      says: /FF5001.*--max-size takes percent/,
    },
    ...(process.platform === 'linux'
      ? [{ name: 'an output below /proc', args: [input, '/proc/facefleet'], code: 1, says: /FF4001.*\/proc/ }]
      : []),
    {
      name: 'a missing configuration',
      args: [input, output, '-C', 'none.yaml'],
      code: 2,
      says: /FF5002.*none/,
    },
  ];
  for (const { name, args, code, says } of refused) {
    it(`refuses ${name}`, async () => {
      const end = await runCli(['extract', ...args]);
      assert.equal(end.code, code, end.stderr);
      assert.match(end.stderr, says);
      assert.doesNotMatch(end.stderr, /unexpected failure|\n\s+at /);
      assert.ok(!existsSync(output), 'nothing is written');
    });
  }

  it('refuses a folder without images', async () => {
    const end = await runCli(['extract', folder, output]);
    assert.equal(end.code, 1, end.stderr);
    assert.match(end.stderr, /FF1102/);
  });

  it('refuses an output that is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    const end = await runCli(['extract', input, file]);
    assert.equal(end.code, 1, end.stderr);
    assert.match(end.stderr, /FF4001/);
  });

  it('answers Ctrl-C and SIGTERM before it has begun', { skip: process.platform === 'win32' }, async () => {
    const fifo = join(folder, 'config.fifo');
    execFileSync('mkfifo', [fifo]);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const run = startCli(['extract', input, output, '-C', fifo]);
      // opens as soon as the command waits for its configuration
      const writer = await open(fifo, 'w');
      run.child.kill(signal);
      // a process does not end while a thread of it waits in the system
      await setTimeout(500);
      await writer.close();
      const end = await run.ended;
      assert.equal(end.code, 130, signal);
      assert.match(end.stderr, /stopped/);
      assert.ok(!existsSync(output));
    }
  });

  it('counts files that are no images', async () => {
    const mixed = join(folder, 'mixed');
    await smallPhotos(mixed, 1);
    for (const name of ['notes.md', 'clip.mp4']) await writeFile(join(mixed, name), 'x');
    const args = ['extract', mixed, join(folder, 'mixed-out'), '--size', '64', '--masker', 'none'];
    const text = await runCli(args);
    assert.match(text.stderr, /^1 frame, 3 faces, 0 failed, 2 other files passed over/m);
    const last = events(await runCli([...args, '-o', 'json'])).at(-1);
    assert.equal(last?.skipped, 2);
  });

  it('takes linked photos when asked to', { skip: process.platform === 'win32' }, async () => {
    const links = join(folder, 'links');
    await mkdir(links);
    await symlink(join(input, 'photo-000.jpg'), join(links, 'a.jpg'));
    const args = ['extract', links, join(folder, 'links-out'), '--size', '64', '--masker', 'none'];
    const refused = await runCli(args);
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, /FF1007/);
    const taken = await runCli([...args, '--follow-links']);
    assert.equal(taken.code, 0, taken.stderr);
  });

  it('draws a contact sheet', async () => {
    const drawn = join(folder, 'drawn');
    for (const [name, format] of [
      ['sheet.png', 'png'],
      ['sheet.JPG', 'jpeg'],
    ] as const) {
      const sheet = join(folder, name);
      const end = await runCli(['extract', input, drawn, '--size', '128', '--contact-sheet', sheet]);
      assert.equal(end.code, 0, end.stderr);
      assert.match(end.stderr, /6 faces on .*sheet/);
      const { width, height, format: found } = await sharp(sheet).metadata();
      assert.deepEqual([found, width, height], [format, 8 + 6 * 264, 28 + 264 + 20]);
    }
    const refused: [args: string[], code: number, says: RegExp][] = [
      [['--contact-sheet', 'sheet.gif'], 2, /FF5001.*\.png, \.jpg or \.webp.*sheet\.gif/],
      [['--contact-sheet', 'sheet.png', '--skip-faces'], 2, /FF5001.*--contact-sheet/],
      [['--size', '128', '--contact-sheet', join(folder, 'none/sheet.png')], 1, /FF4001.*none/],
    ];
    for (const [args, code, says] of refused) {
      const end = await runCli(['extract', input, drawn, ...args]);
      assert.equal(end.code, code, end.stderr);
      assert.match(end.stderr, says);
    }
  });

  it('prints its help', async () => {
    const end = await runCli(['extract', '--help']);
    assert.equal(end.code, 0);
    for (const word of ['Plugins:', 'Detection:', 'Examples:', '--rotate', '--skip-existing-faces']) {
      assert.ok(end.stdout.includes(word), word);
    }
    const main = await runCli(['--help']);
    assert.equal(main.code, 0);
    assert.match(main.stdout, /130/);
  });

  it('speaks JSON lines and nothing else on stdout', async () => {
    const end = await runCli(['extract', input, join(folder, 'json'), '-o', 'json', '--size', '64']);
    assert.equal(end.code, 0, end.stderr);
    const last = events(end).at(-1);
    assert.deepEqual(
      [last?.event, last?.total, last?.frames, last?.carried, last?.faces, last?.failed],
      ['complete', 2, 2, 0, 6, 0],
    );
    const text = await runCli(['extract', input, join(folder, 'json'), '--size', '64']);
    assert.equal(text.stdout, '');
    assert.match(text.stderr, /^2 frames, 2 of them done before, 6 faces, 0 failed/m);
  });

  describe('a configuration file', { concurrency: 1 }, () => {
    async function withConfig(yaml: string) {
      const path = join(folder, 'config.yaml');
      await writeFile(path, yaml);
      return await runCli([
        'extract',
        input,
        join(folder, 'configured'),
        '-C',
        path,
        '--size',
        '64',
        '--overwrite',
      ]);
    }

    const wrong: [yaml: string, says: RegExp][] = [
      [
        'detect:\n  ultraface:\n    confidences: 0.5\n',
        /FF5002.*detect\.ultraface.*confidences.*there are .*confidence/,
      ],
      ['detect:\n  ultraface:\n    confidence: high\n', /FF5002.*detect\.ultraface.*confidence/],
      ['detectors: {}\n', /FF5002.*detectors.*there are detect, align, mask, filters/],
      ['filters:\n  minimum: 1\n', /FF5002.*filters.*minimum.*there are features, minScale/],
      ['mask:\n  components:\n    size: 1\n', /FF5002.*mask\.components.*size.*there are no options/],
      ['align:\n  fan: {}\n', /FF5003.*fan/],
      ['filters:\n  rollDeg: 400\n', /FF5002.*filters\.rollDeg/],
      ['detect: [', /FF5002/],
      ['just text', /FF5002/],
    ];
    for (const [yaml, says] of wrong) {
      it(`is refused with the entry: ${JSON.stringify(yaml)}`, async () => {
        const end = await withConfig(yaml);
        assert.equal(end.code, 2, end.stderr);
        assert.match(end.stderr, says);
      });
    }

    it('sets the options of plugins', async () => {
      const strict = await withConfig('detect:\n  ultraface:\n    confidence: 0.9995\n');
      assert.equal(strict.code, 0, strict.stderr);
      assert.match(strict.stderr, /2 frames, [0-5] faces?,/);
      const empty = await withConfig('');
      assert.match(empty.stderr, /2 frames, 6 faces/);
    });
  });
});
