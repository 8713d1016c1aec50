import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

/** A process gets SIGTERM while it starts, and takes the signals over before it is told. @returns what it printed when it was told */
function toldAfter(file: string, takeOver: string): string {
  const at = (name: string): string =>
    JSON.stringify(new URL(`../../../controller/cli/${name}`, import.meta.url).href);
  const script = `
    import { stopAtOnce } from ${at('early-stop.ts')};
    import * as signals from ${at(file)};
    stopAtOnce();
    process.kill(process.pid, 'SIGTERM');
    const stopped = ${takeOver};
    stopped.addEventListener('abort', () => { console.log('told'); process.exit(); });
    setTimeout(() => console.log('lost'), 5000);`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
}

describe('a signal that arrives while a process starts', () => {
  it('is not lost by a worker', () => {
    assert.equal(toldAfter('process-signals.ts', 'signals.processSignals(false).terminated'), 'told\n');
  });

  it('is not lost by a command', () => {
    assert.equal(toldAfter('stop-on-signals.ts', 'signals.stopOnSignals().signal'), 'told\n');
  });
});
