import assert from 'node:assert/strict';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { runCli } from '../../fixtures/cli.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { freePort } from '../../servers/free-port.ts';
import { withoutNatsServer } from '../../servers/nats-server.ts';

interface DevLine {
  readonly event: string;
  readonly url: string;
  readonly pid: number;
  readonly started: boolean;
  readonly stopped: boolean;
  readonly state: string;
}

const folder = scratch();

async function dev(verb: 'up' | 'down', ...args: string[]): Promise<DevLine> {
  const end = await runCli(['dev', verb, '--state', folder, '-o', 'json', ...args]);
  assert.equal(end.code, 0, end.stderr);
  return JSON.parse(end.stdout) as DevLine;
}

describe('facefleet dev', { skip: withoutNatsServer }, () => {
  after(async () => await runCli(['dev', 'down', '--state', folder]));

  it('starts a server once, keeps what it stored, and stops it', async () => {
    const port = await freePort();
    const first = await dev('up', '--port', String(port));
    assert.equal(first.started, true);
    assert.equal(first.url, `nats://127.0.0.1:${port}`);
    const again = await dev('up');
    assert.deepEqual([again.started, again.pid, again.url], [false, first.pid, first.url]);

    const nats = await connect({ servers: first.url });
    assert.equal(nats.info?.max_payload, 8 * 1024 * 1024);
    await (await jetstreamManager(nats)).streams.add({ name: 'kept', subjects: ['kept'] });
    await jetstream(nats).publish('kept', 'a message');
    await nats.close();

    assert.equal((await dev('down')).stopped, true);
    assert.equal((await dev('down')).stopped, false);
    await assert.rejects(connect({ servers: first.url, reconnect: false, maxReconnectAttempts: 0 }));

    const second = await dev('up', '--port', String(port));
    assert.equal(second.started, true);
    const later = await connect({ servers: second.url });
    assert.equal((await (await jetstreamManager(later)).streams.info('kept')).state.messages, 1);
    await later.close();

    process.kill(second.pid, 'SIGKILL');
    const third = await dev('up', '--port', String(port));
    assert.equal(third.started, true);
    await dev('down', '--purge');
    assert.deepEqual(await readdir(folder), []);
  });

  it('two at the same time start one server', async () => {
    const port = String(await freePort());
    const args = ['dev', 'up', '--state', folder, '--port', port, '-o', 'json'];
    const ends = await Promise.all([runCli(args), runCli(args)]);
    const started = ends.filter(({ code, stdout }) => code === 0 && (JSON.parse(stdout) as DevLine).started);
    assert.equal(started.length, 1);
    for (const { code, stderr } of ends) if (code !== 0) assert.match(stderr, /FF4003/);
    await dev('down', '--purge');
  });

  it('says in text how it goes on', async () => {
    const port = await freePort();
    const up = await runCli(['dev', 'up', '--state', folder, '--port', String(port)]);
    assert.match(up.stdout, new RegExp(`export NATS_URL=nats://127\\.0\\.0\\.1:${port}\\n`));
    const down = await runCli(['dev', 'down', '--state', folder, '--purge']);
    assert.match(down.stdout, /is stopped; what it stored is removed/);
  });

  it('does not stop a stranger whose process number is in an old state file', async () => {
    const port = await freePort();
    await dev('up', '--port', String(port));
    const file = join(folder, 'nats.json');
    const state = JSON.parse(await readFile(file, 'utf8')) as { process: { pid: number; started: string } };
    await dev('down');
    // The number of this process, but another start.
    const old = {
      ...state,
      process: { ...state.process, pid: process.pid, started: `${state.process.started}0` },
    };
    await writeFile(file, JSON.stringify(old));
    assert.equal((await dev('down')).stopped, false);
    await writeFile(file, '{"half');
    assert.equal((await dev('down', '--purge')).stopped, false);
  });

  it('does not take the server of another folder for its own', async () => {
    const port = String(await freePort());
    await dev('up', '--port', port);
    const other = await runCli(['dev', 'up', '--state', join(folder, 'other'), '--port', port]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /FF6010.*another NATS server listens on 127\.0\.0\.1:/);
    await dev('down', '--purge');
  });

  it('says which program is missing, and when the port is taken', async () => {
    const path = process.env.PATH;
    try {
      process.env.PATH = dirname(process.execPath);
      const unused = String(await freePort());
      const missing = await runCli(['dev', 'up', '--state', folder, '--port', unused]);
      assert.equal(missing.code, 1);
      assert.match(missing.stderr, /FF5005.*apt-get install nats-server/);
    } finally {
      process.env.PATH = path;
    }
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const taken = await runCli(['dev', 'up', '--state', folder, '--port', port]);
    holder.close();
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /FF6010.*address already in use/);
    assert.equal((await dev('down')).stopped, false);
    await writeFile(join(folder, 'a-file'), '');
    await chmod(join(folder, 'a-file'), 0o600);
    const noFolder = await runCli(['dev', 'up', '--state', join(folder, 'a-file')]);
    assert.equal(noFolder.code, 1);
    assert.match(noFolder.stderr, /FF4001/);
  });
});
