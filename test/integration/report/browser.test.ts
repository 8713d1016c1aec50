import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type BrowserPage, findBrowser, openBrowser } from '../../fixtures/browser.ts';
import { extractCli, runCli } from '../../fixtures/cli.ts';
import { editExtraction, editLines } from '../../fixtures/edit-output.ts';
import { HOSTILE_NAMES } from '../../fixtures/hostile-names.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhoto, smallPhotos } from '../../fixtures/small-photos.ts';

const browser = findBrowser();
const MAX_BYTES = 15_000_000;
const MAX_SECONDS = 2;
const KEY_CODES = { Enter: 13, Escape: 27, ArrowLeft: 37, ArrowRight: 39 } as const;

describe('a report of 500 faces in a browser', { skip: browser.missing }, () => {
  const folder = scratch();
  const file = join(folder, 'report.html');
  let page: BrowserPage;

  before(async () => {
    const input = await smallPhotos(join(folder, 'photos'), 6);
    for (const [i, name] of HOSTILE_NAMES.entries())
      writeFileSync(join(input, name), await smallPhoto(i, 600));
    writeFileSync(join(input, 'zz-broken.jpg'), 'no picture');
    const output = join(folder, 'out');
    await extractCli([input, output], 3);
    // the same frames again and again, as those of a longer source
    editLines(output, 'alignments.jsonl', (lines) =>
      Array.from({ length: 150 }, (_, i) => {
        const line = lines[i % lines.length]!.replace(/^\{"index":\d+,"key":"/, `{"index":${i},"key":"${i} `);
        return line;
      }),
    );
    editExtraction(output, () => ({ total: 151 }));
    const end = await runCli(['report', output, '--to', file]);
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /\(500 shown\)/);
    page = await openBrowser(browser.path);
  });

  after(() => page?.close());

  /** @param first how many are looked at: the browser takes milliseconds for each */
  async function shown(selector: string, first = 500): Promise<number> {
    return await page.evaluate<number>(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].slice(0, ${first}).filter((element) => getComputedStyle(element).display !== 'none' && element.checkVisibility()).length`,
    );
  }

  async function press(key: keyof typeof KEY_CODES): Promise<void> {
    const about = { key, code: key, windowsVirtualKeyCode: KEY_CODES[key] };
    const text = key === 'Enter' ? { text: '\r' } : {};
    await page.send('Input.dispatchKeyEvent', { type: 'keyDown', ...about, ...text });
    await page.send('Input.dispatchKeyEvent', { type: 'keyUp', ...about });
  }

  it('is small, opens quickly, asks for nothing and complains of nothing', async (t) => {
    assert.ok(statSync(file).size <= MAX_BYTES, `${statSync(file).size} bytes`);
    // of its main thread: what other processes take of the machine meanwhile does not count
    await page.send('Performance.enable', { timeDomain: 'threadTicks' });
    const openedMs = await page.open(file);
    const { metrics } = (await page.send('Performance.getMetrics')) as {
      metrics: { name: string; value: number }[];
    };
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')!.value;
    t.diagnostic(`open after ${Math.round(openedMs)} ms, ${seconds.toFixed(2)} s of them work`);
    assert.ok(seconds > 0.01 && seconds <= MAX_SECONDS, `${seconds} s`);
    assert.equal(await page.evaluate('document.images.length'), 500);
    assert.equal(
      await page.evaluate(
        `Promise.all([...document.images].slice(0, 8).map((image) => image.decode().then(() => image.naturalWidth === 256))).then((all) => all.every(Boolean))`,
      ),
      true,
    );
    assert.equal(page.complaints.length, 0, page.complaints.join('\n'));
    assert.equal(page.requests.length, 1);
    assert.ok(page.requests.every((url) => url.startsWith('file:') && url.endsWith('/report.html')));
  });

  it('switches landmarks and masks', async () => {
    assert.deepEqual([(await shown('g.landmarks', 12)) > 0, await shown('path.mask', 12)], [true, 0]);
    await page.evaluate(`document.getElementById('show-landmarks').click()`);
    assert.equal(await shown('g.landmarks', 12), 0);
    await page.evaluate(`document.getElementById('show-mask-1').click()`);
    assert.ok((await shown('path.mask-1', 12)) > 0);
    assert.equal(await shown('path.mask-0', 12), 0);
    await page.evaluate(`document.getElementById('show-landmarks').click()`);
    assert.ok((await shown('g.landmarks', 12)) > 0);
  });

  it('sorts, and shows more', async () => {
    const tiles = await shown('.face');
    assert.ok(tiles > 0 && tiles < 500, `${tiles} tiles`);
    await page.evaluate(
      `(() => { const select = document.querySelector('#sort select'); select.value = 'size'; select.dispatchEvent(new Event('change')); })()`,
    );
    const sizes = await page.evaluate<number[]>(
      `(() => { const facts = JSON.parse(document.getElementById('face-facts').textContent); return [...document.querySelectorAll('.face button')].map((button) => facts[button.dataset.face].size); })()`,
    );
    assert.equal(sizes.length, 500);
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => a - b),
    );
    assert.equal(await shown('.face'), tiles);
    await page.evaluate(`document.querySelector('#more button').click()`);
    assert.equal(await shown('.face'), 500);
  });

  it('shows a face large, and goes on by keys', async () => {
    const title = `document.getElementById('large-title').textContent`;
    await page.evaluate(`document.querySelector('.face button').focus()`);
    await press('Enter');
    assert.equal(await page.evaluate(`document.getElementById('large').open`), true);
    const first = await page.evaluate<string>(title);
    assert.match(first, /^Face \d+ of \d+ /);
    await press('ArrowRight');
    assert.notEqual(await page.evaluate(title), first);
    await press('ArrowLeft');
    assert.equal(await page.evaluate(title), first);
    assert.equal(await shown('#large .picture img'), 1);
    await press('Escape');
    assert.equal(await page.evaluate(`document.getElementById('large').open`), false);
  });

  it('runs nothing that a file name says, and may load nothing', async () => {
    assert.equal(await page.evaluate('document.scripts.length'), 2);
    assert.equal(
      await page.evaluate(`document.querySelectorAll('[onerror], [style], iframe, object').length`),
      0,
    );
    const names = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.face .name')].map((name) => name.textContent)`,
    );
    assert.ok(names.some((name) => name.includes('<script>alert(1)<!--.jpg')));
    assert.ok(names.some((name) => name.includes('gnp.\\u202egpj.\\u2066exe\\u200b.jpg')));
    assert.equal(page.complaints.length, 0, page.complaints.join('\n'));
    const refused = await page.evaluate<string>(
      `fetch('http://127.0.0.1:9/').then(() => 'loaded', (error) => error.name)`,
    );
    assert.equal(refused, 'TypeError');
    assert.ok(page.complaints.some((complaint) => complaint.includes('Content Security Policy')));
  });

  it('follows the scheme of the reader, and fits a telephone', async () => {
    const colours = [];
    for (const value of ['light', 'dark']) {
      await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
      colours.push(await page.evaluate(`getComputedStyle(document.body).backgroundColor`));
    }
    assert.notEqual(colours[0], colours[1]);
    await page.send('Emulation.setDeviceMetricsOverride', {
      width: 360,
      height: 740,
      deviceScaleFactor: 2,
      mobile: true,
    });
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360);
  });
});
