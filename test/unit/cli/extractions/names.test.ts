import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asCalled, calledByKubectl } from '../../../../controller/cli/called-by-kubectl.ts';
import { age } from '../../../../controller/cli/extractions/age.ts';
import { closeNames } from '../../../../controller/cli/extractions/close-names.ts';
import { extractionName, namesExtraction } from '../../../../controller/cli/extractions/extraction-name.ts';
import { failsWith } from '../../../fixtures/fails-with.ts';

test('an argument that may be an output or an Extraction', () => {
  const rows: readonly (readonly [argument: string, alone: boolean, inCluster: boolean])[] = [
    ['fx/holiday', true, true],
    ['extraction/holiday', true, true],
    ['extractions.facefleet.dev/holiday', true, true],
    ['extraction.v1alpha1.facefleet.dev/holiday', true, true],
    ['holiday', false, true],
    ['out.d', false, true],
    ['./holiday', false, false],
    ['./fx/holiday', false, false],
    ['faces/holiday', false, false],
    ['/data/out', false, false],
    ['s3://faces/out', false, false],
    ['Out', false, false],
    ['..', false, false],
  ];
  for (const [argument, alone, inCluster] of rows) {
    assert.equal(namesExtraction(argument, false), alone, argument);
    assert.equal(namesExtraction(argument, true), inCluster, argument);
  }
  for (const argument of ['holiday', 'fx/holiday', 'Extractions/holiday'])
    assert.equal(extractionName(argument), 'holiday');
  for (const argument of ['fx/', 'a/b', 'fx/a/b', 'Holiday', '-f', ''])
    assert.throws(() => extractionName(argument), failsWith('FF5001', 'is no name'));
});

test('names that may have been meant', () => {
  const names = ['holiday', 'holiday-2024', 'wedding', 'w'];
  assert.deepEqual(closeNames('holidya', names), ['holiday']);
  assert.deepEqual(closeNames('Holiday', names), ['holiday', 'holiday-2024']);
  assert.deepEqual(closeNames('hol', names), ['holiday', 'holiday-2024']);
  assert.deepEqual(closeNames('wedding-old', names), ['wedding']);
  assert.deepEqual(closeNames('concert', names), []);
});

test('ages are written as kubectl does', () => {
  const rows: readonly (readonly [seconds: number, text: string])[] = [
    [-3, '0s'],
    [119, '119s'],
    [120, '2m'],
    [335, '5m35s'],
    [600, '10m'],
    [10_799, '179m'],
    [10_800, '3h'],
    [12_000, '3h20m'],
    [100_000, '27h'],
    [172_800, '2d'],
    [180_000, '2d2h'],
    [864_000, '10d'],
  ];
  for (const [seconds, text] of rows) assert.equal(age(seconds), text, String(seconds));
});

test('called through kubectl, texts say so', () => {
  for (const script of ['/usr/bin/kubectl-facefleet', 'C:/x/kubectl-facefleet.js', 'kubectl-facefleet.ts'])
    assert.equal(calledByKubectl(script), true, script);
  for (const script of ['/usr/bin/facefleet', '/x/bin.js', ''])
    assert.equal(calledByKubectl(script), false, script);
  const rows: readonly (readonly [text: string, shown: string])[] = [
    ['Usage: facefleet watch [options]', 'Usage: kubectl facefleet watch [options]'],
    ['`facefleet plugins` shows', '`kubectl facefleet plugins` shows'],
    ['also: kubectl facefleet status', 'also: kubectl facefleet status'],
    ['install facefleet in it', 'install facefleet in it'],
    ['Usage: facefleet [options]', 'Usage: kubectl facefleet [options]'],
    ['facefleet: FF7005 There', 'facefleet: FF7005 There'],
  ];
  for (const [text, shown] of rows) {
    assert.equal(asCalled(text, true), shown);
    assert.equal(asCalled(text, false), text);
  }
});
