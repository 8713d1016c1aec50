import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openOutputPlace } from '../../../worker/conductor/verify/output-place.ts';
import { type Verification, verifyOutput } from '../../../worker/conductor/verify/verify-output.ts';
import { decodePart, encodePart } from '../../../worker/formats/part.ts';
import { runCli, startCli } from '../../fixtures/cli.ts';
import { fingerprint } from '../../fixtures/output-folder.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { smallPhotos } from '../../fixtures/small-photos.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

const FRAMES = 60;
const FAST = ['--size', '128', '--threads', '1'];

async function verified(output: string, deep = false): Promise<Verification> {
  return await verifyOutput(await openOutputPlace(output), { deep });
}

function parts(output: string): string[] {
  try {
    return readdirSync(join(output, 'parts'))
      .filter((name) => name.startsWith('part-'))
      .sort();
  } catch {
    return [];
  }
}

describe('verify of an extraction that is not complete', () => {
  const folder = scratch();
  const input = join(folder, 'photos');
  const running = join(folder, 'running');
  const killed = join(folder, 'killed');
  const interrupted = join(folder, 'interrupted');
  let whileRunning: Verification;

  before(async () => {
    await smallPhotos(input, FRAMES);
    const run = startCli(['extract', input, running, ...FAST]);
    await waitUntil('parts', () => parts(running).length >= 3);
    whileRunning = await verified(running, true);
    run.child.kill('SIGSTOP');
    cpSync(running, killed, { recursive: true, preserveTimestamps: true });
    run.child.kill('SIGCONT');
    run.child.kill('SIGTERM');
    assert.equal((await run.ended).code, 130);
    cpSync(running, interrupted, { recursive: true, preserveTimestamps: true });
    // as a killed process leaves it: nobody runs under that number
    const lock = join(killed, '.facefleet.lock');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/"pid":\d+/, '"pid":4194304'));
  });

  it('says that it runs, and finds nothing amiss', () => {
    const { state, holder, counts, found, errors } = whileRunning;
    assert.deepEqual([state, holder?.isAlive, errors], ['running', true, 0], JSON.stringify(found));
    assert.ok(counts.frames > 0 && counts.frames < FRAMES);
    assert.deepEqual(found, {});
  });

  it('says that it was killed', async () => {
    const { state, holder, counts, findings, errors } = await verified(killed, true);
    assert.deepEqual([state, holder?.isAlive, errors], ['killed', false, 0], JSON.stringify(findings));
    assert.ok(counts.frames > 0 && counts.faces > 0 && counts.frames < FRAMES);
  });

  it('says what it can when the lock is damaged', async () => {
    const output = join(folder, 'damaged-lock');
    cpSync(killed, output, { recursive: true, preserveTimestamps: true });
    writeFileSync(join(output, '.facefleet.lock'), '{');
    const { state, holder, errors } = await verified(output);
    assert.deepEqual([state, holder?.isAlive, errors], ['running', null, 0]);
    assert.match(holder?.who ?? '', /lock that cannot be read/);
  });

  it('says that it was interrupted, with an exit code of its own', async () => {
    const before = fingerprint(interrupted);
    const { state, errors, warnings, superseded } = await verified(interrupted, true);
    assert.deepEqual([state, errors, warnings, superseded], ['interrupted', 0, 0, 0]);
    const end = await runCli(['verify', interrupted]);
    assert.equal(end.code, 4, end.stdout + end.stderr);
    assert.match(end.stdout, /not complete; what is there holds/);
    assert.deepEqual(fingerprint(interrupted), before);
  });

  it('finds a part that is missing, and one that is cut', async () => {
    const output = join(folder, 'without-part');
    cpSync(interrupted, output, { recursive: true });
    const [first = '', second = ''] = parts(output);
    rmSync(join(output, 'parts', first));
    truncateSync(join(output, 'parts', second), 500);
    const { found, findings, state } = await verified(output);
    assert.deepEqual([found, state], [{ PartMissing: 1, PartDamaged: 1 }, 'interrupted']);
    assert.deepEqual(new Set(findings.map(({ key }) => key)), new Set([`parts/${first}`, `parts/${second}`]));
    assert.equal((await runCli(['verify', output])).code, 1);
  });

  it('finds a crop that is missing', async () => {
    const output = join(folder, 'without-crop');
    cpSync(interrupted, output, { recursive: true });
    const [first = ''] = parts(output);
    const [line] = decodePart(`parts/${first}`, readFileSync(join(output, 'parts', first)));
    const { faces } = JSON.parse(Buffer.from(line!.bytes).toString('utf8')) as { faces: { crop: string }[] };
    rmSync(join(output, faces[0]!.crop));
    const { findings } = await verified(output);
    assert.deepEqual(
      findings.map(({ code, key }) => [code, key]),
      [['CropMissing', faces[0]!.crop]],
    );
  });

  it('finds a frame with two results in the first run, and a line that is damaged', async () => {
    const output = join(folder, 'twice');
    cpSync(interrupted, output, { recursive: true });
    const numbers = parts(output);
    const name = numbers[0]!;
    const path = join(output, 'parts', name);
    const [line] = decodePart(`parts/${name}`, readFileSync(path));
    const bytes = Buffer.from(`${Buffer.from(line!.bytes).toString('utf8')}\n`);
    const wrong = Buffer.from('{"index":1000,"key":"wrong.jpg","width":0,"height":10,"faces":[]}\n');
    const next = numbers.length;
    const key = `part-${String(next).padStart(6, '0')}.jsonl`;
    writeFileSync(join(output, 'parts', key), encodePart(next, [bytes, wrong]));
    const { found, findings } = await verified(output);
    assert.deepEqual(found, { FrameTwice: 1, RecordDamaged: 1 }, JSON.stringify(findings));
  });

  it('goes well at any moment of a run that goes on', async () => {
    const run = startCli(['extract', input, running, ...FAST]);
    let looks = 0;
    let ended = false;
    void run.ended.then(() => {
      ended = true;
    });
    while (!ended) {
      const { errors, findings, superseded } = await verified(running);
      assert.equal(errors, 0, JSON.stringify(findings, null, 1));
      assert.equal(superseded, 0);
      looks += 1;
      await sleep(20);
    }
    assert.ok(looks > 3, `${looks} looks`);
    const { state, found, counts } = await verified(running, true);
    assert.deepEqual([state, found], ['complete', {}]);
    assert.equal(counts.frames + counts.failed, FRAMES);
  });
});
