import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hashOf, InWorkJournal, JOURNAL_NAME } from '../../../worker/conductor/in-work-journal.ts';
import { scratch } from '../../fixtures/scratch.ts';

describe('InWorkJournal', () => {
  const base = scratch();
  const newFolder = (): string => mkdtempSync(join(base, 'out-'));
  const hashes = (...keys: string[]): string[] => keys.map(hashOf).sort();

  it('counts the deaths in which a frame was in work', () => {
    const folder = newFolder();
    const first = new InWorkJournal(folder);
    assert.deepEqual(first.inDeaths(1), []);
    for (const key of ['a', 'b', 'c']) first.begin(key);
    first.end('b');
    first.begin('d');
    // not closed: the process died
    const second = new InWorkJournal(folder);
    assert.deepEqual(second.inDeaths(1).sort(), hashes('a', 'c', 'd'));
    assert.deepEqual(second.inDeaths(2), []);
    second.begin('a');
    second.begin('e');
    second.begin('c');
    second.end('c');
    const third = new InWorkJournal(folder);
    assert.deepEqual(third.inDeaths(1).sort(), hashes('a', 'd', 'e'));
    assert.deepEqual(third.inDeaths(2), hashes('a'));
    third.close();
    assert.deepEqual(new InWorkJournal(folder).inDeaths(2), hashes('a'), 'an orderly end is no death');
    const last = new InWorkJournal(folder);
    last.close(() => false);
    assert.ok(!existsSync(join(folder, JOURNAL_NAME)));
  });

  it('remembers a frame that was not tried again', () => {
    const folder = newFolder();
    for (const key of ['a', 'a']) new InWorkJournal(folder).begin(key);
    const third = new InWorkJournal(folder);
    third.end('a');
    third.begin('b');
    third.end('b');
    third.close((key) => key === hashOf('a'));
    assert.deepEqual(new InWorkJournal(folder).inDeaths(2), hashes('a'));
    new InWorkJournal(folder, true).close();
    assert.ok(!existsSync(join(folder, JOURNAL_NAME)), 'forgotten on demand');
  });

  it('stays as small as the frames in work are few', () => {
    const folder = newFolder();
    const journal = new InWorkJournal(folder);
    for (let i = 0; i < 500; i++) {
      journal.begin(`frame ${i}`);
      if (i >= 4) journal.end(`frame ${i - 4}`);
    }
    assert.ok(readFileSync(join(folder, JOURNAL_NAME)).length <= 5 * 69);
    journal.close();
    assert.ok(!existsSync(join(folder, JOURNAL_NAME)));
  });

  it('takes what is damaged for nothing, and says when it cannot be written', () => {
    const folder = newFolder();
    writeFileSync(
      join(folder, JOURNAL_NAME),
      `\0\0\n${'g'.repeat(64)} 1 w\n${hashOf('a')} 1 w\n${hashOf('b')} 1`,
    );
    assert.deepEqual(new InWorkJournal(folder).inDeaths(1), hashes('a'));
    assert.throws(() => new InWorkJournal(join(folder, 'none')).begin('a'), { code: 'FF4001' });
  });
});
