import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Script } from 'node:vm';
import type { Distribution } from '../../../controller/report/histogram.ts';
import { reportPage } from '../../../controller/report/page/page.ts';
import { PAGE_SCRIPT } from '../../../controller/report/page/page-script.ts';
import type { Report, ReportFace } from '../../../controller/report/report.ts';
import { readHtml } from '../../fixtures/html-document.ts';

const HOSTILE = '</script><script>alert(1)</script><!--"\' onerror=alert(1) \u202egpj.\n\0&amp;<img src=x>';
const NONE: Distribution = { count: 0, missing: 0, range: null, bars: [] };

const EMPTY: Report = {
  output: 'out',
  source: null,
  state: 'unknown',
  stateText: 'unknown',
  writtenAt: '2026-11-24T08:00:00.000Z',
  facefleet: '0.1.0',
  counts: { frames: 0, faces: 0, failed: 0 },
  total: null,
  damaged: 0,
  isMoving: false,
  cropsSkipped: false,
  startedAt: null,
  finishedAt: null,
  runs: null,
  framesPerSecondNow: null,
  spans: [],
  distributions: { sizePx: NONE, yaw: NONE, pitch: NONE, roll: NONE, score: NONE, sharpness: NONE },
  faces: [],
  failures: [],
  passes: null,
  planReasons: [],
  models: [],
  versions: [],
  options: [],
  digest: null,
};

const FACE: ReportFace = {
  frameKey: 'a.jpg',
  frameIndex: 0,
  face: 0,
  crop: 'faces/a_0.png',
  picture: { jpeg: Uint8Array.of(255, 216, 255), isThumbnail: false },
  sharpness: 123.456,
  landmarks: { lines: 'M1 2l3 4', dots: 'M1 2h0' },
  masks: { extended: 'M1 2l3 4 5 6z' },
  sizePx: 80,
  yaw: 1,
  pitch: 2,
  roll: 3,
  score: 0.99,
};

function page(change: Partial<Report>): string {
  return [...reportPage({ ...EMPTY, ...change })].join('');
}

/** A report in which every text that may come from elsewhere is the same one. */
function reportOf(foreign: string): Partial<Report> {
  return {
    output: foreign,
    source: foreign,
    stateText: foreign,
    startedAt: foreign,
    finishedAt: foreign,
    digest: foreign,
    damaged: 3,
    counts: { frames: 9, faces: 1, failed: 1 },
    faces: [
      { ...FACE, frameKey: foreign, crop: foreign, masks: { [foreign]: 'M0 0l1 1 2 2z' } },
      { ...FACE, frameKey: foreign, picture: null },
    ],
    failures: [
      { code: foreign, count: 12, examples: [{ key: foreign, message: foreign, plugin: foreign }] },
      { code: '__proto__', count: 1, examples: [{ key: 'b', message: 'c' }] },
    ],
    passes: [
      {
        stages: [
          {
            roles: [{ role: foreign, plugin: foreign, batch: 1 }],
            workers: 2,
            threads: 1,
            providers: [foreign],
          },
        ],
      },
    ],
    planReasons: [{ code: foreign, message: foreign }],
    models: [{ name: foreign, sha256: foreign, about: null }],
    versions: [[foreign, foreign]],
    options: [[foreign, foreign]],
  };
}

describe('the page of a report', () => {
  it('stays what it is when everything that comes from elsewhere is hostile', () => {
    const document = readHtml(page(reportOf(HOSTILE)));
    const plain = readHtml(page(reportOf('x')));
    assert.deepEqual(document.tags, plain.tags, 'no element comes from a text');
    assert.deepEqual(
      document.attributes.map(([name]) => name),
      plain.attributes.map(([name]) => name),
      'no attribute comes from a text',
    );
    assert.deepEqual(
      document.raw.map(({ tag }) => tag),
      ['style', 'script', 'script'],
    );
    assert.ok(!document.attributes.some(([name]) => name.startsWith('on') || name === 'style'));
    assert.match(
      document.text,
      /\\u202egpj\.\\n\\u0000&amp;<img src=x>/,
      'it is shown, with the unseen written out',
    );
    const facts = JSON.parse(document.raw[1]!.content) as { frame: string }[];
    assert.match(facts[0]!.frame, /^<\/script><script>alert\(1\).*\\u202e/);
  });

  it('allows nothing but its own script, its own style and pictures within it', () => {
    const { attributes, raw } = readHtml(page({ faces: [FACE], counts: { frames: 1, faces: 1, failed: 0 } }));
    const policy = attributes.find(([, value]) => value.startsWith("default-src 'none'"))![1];
    const hash = (tag: string): string =>
      createHash('sha256')
        .update(raw.findLast((element) => element.tag === tag)!.content)
        .digest('base64');
    assert.equal(
      policy,
      `default-src 'none'; img-src data:; script-src 'sha256-${hash('script')}'; style-src 'sha256-${hash('style')}'; base-uri 'none'; form-action 'none'`,
    );
    for (const [name, value] of attributes) {
      if (name === 'src' || name === 'href') assert.match(value, /^(#|data:)/);
    }
    assert.doesNotMatch(raw[0]!.content, /url\(|@import/);
    assert.doesNotMatch(PAGE_SCRIPT, /innerHTML|insertAdjacent|document\.write|eval|fetch|https?:/);
    assert.ok(new Script(PAGE_SCRIPT), 'the script can be read');
  });

  it('names what it shows for those who cannot see it', () => {
    const { attributes, tags } = readHtml(
      page({
        faces: [FACE, { ...FACE, face: 1, picture: null }],
        counts: { frames: 1, faces: 2, failed: 0 },
      }),
    );
    assert.ok(attributes.some(([name, value]) => name === 'alt' && value === 'Face 0 of a.jpg'));
    assert.ok(
      attributes.some(([name, value]) => name === 'aria-label' && value === 'Face 1 of a.jpg, no picture'),
    );
    assert.ok(attributes.some(([name, value]) => name === 'lang' && value === 'en'));
    const ids = attributes.filter(([name]) => name === 'id').map(([, value]) => value);
    assert.equal(new Set(ids).size, ids.length, 'no id stands there twice');
    for (const [name, value] of attributes) {
      if (name === 'aria-labelledby') assert.ok(ids.includes(value), value);
      if (name === 'href' && value.length > 1 && value.startsWith('#'))
        assert.ok(ids.includes(value.slice(1)));
    }
    for (const tag of ['main', 'nav', 'header', 'h1', 'legend']) assert.ok(tags.includes(tag), tag);
  });

  it('says what there is not', () => {
    assert.match(
      readHtml(page({})).text,
      /No faces were found\..*No frame has ended yet\..*No frame failed\./s,
    );
    const three = { frames: 2, faces: 3, failed: 0 };
    const { text } = readHtml(page({ counts: three }));
    assert.match(text, /Faces are not shown here; 3 were found/);
    const skipped = { ...FACE, picture: null, crop: null };
    assert.match(
      readHtml(page({ counts: three, faces: [skipped], cropsSkipped: true })).text,
      /--skip-faces/,
    );
    assert.match(readHtml(page({ counts: three, faces: [FACE] })).text, /1 of 3 faces, chosen evenly/);
    assert.match(readHtml(page({ damaged: 2 })).text, /2 results or parts could not be read/);
    assert.match(readHtml(page({ isMoving: true })).text, /changed while it was read/);
  });
});
