import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { nkeys } from '@nats-io/transport-node';
import { openJetStreamBus } from '../../../worker/bus/jetstream-bus.ts';
import { natsSettingsFromEnv } from '../../../worker/bus/nats-settings-from-env.ts';
import { capturedLog } from '../../fixtures/captured-log.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';
import { makeCertificates, withoutOpenssl } from '../../servers/certificates.ts';
import { makeNatsAccounts } from '../../servers/nats-accounts.ts';
import { startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';

type Env = Readonly<Record<string, string>>;

/** Everything that a process could print about a bus on which it passed one message: log, bus, settings. */
async function useBus(env: Env): Promise<string> {
  const { log, text } = capturedLog();
  const settings = natsSettingsFromEnv(env);
  await using bus = await openJetStreamBus('access', settings, log);
  log.info({ settings, bus }, 'connected');
  const lane = await bus.openLane('lane', { slots: 2 });
  for (const id of ['a', 'b', 'c', 'd']) {
    await bus.send([lane], { id: `${id}-${Math.random()}`, payload: Buffer.from(id) });
    const delivery = await lane.next({ signal: AbortSignal.timeout(10_000) });
    assert.equal(Buffer.from(delivery!.payload).toString(), id);
    assert.equal(await delivery!.ack(), true);
  }
  return text() + inspect(settings, { depth: 9 }) + JSON.stringify(settings) + inspect(bus) + bus.location;
}

/** The refusal of a bus, at once, and everything it could print. */
async function refused(env: Env, code: 'FF6002' | 'FF6009'): Promise<string> {
  const { log, text } = capturedLog();
  const startMs = Date.now();
  let thrown: unknown;
  try {
    await using bus = await openJetStreamBus('access', natsSettingsFromEnv(env), log);
    assert.fail(`connected to ${bus.location}`);
  } catch (error) {
    thrown = error;
  }
  assert.ok(failsWith(code)(thrown), inspect(thrown));
  assert.ok(Date.now() - startMs < 8000, 'at once');
  return text() + inspect(thrown, { depth: 9 });
}

const SECRET = 'open-sesame-4711';

describe('bus: access', { skip: withoutNatsServer }, () => {
  const folder = scratch();

  it('user and password, from the environment, a file or the URL; none is printed', async () => {
    await using server = await startNatsServer({
      config: `authorization { user: ann, password: ${SECRET} }`,
    });
    const file = join(folder, 'password');
    await writeFile(file, `${SECRET}\n`);
    const { url: NATS_URL } = server;
    for (const env of [
      { NATS_URL, NATS_USER: 'ann', NATS_PASSWORD: SECRET },
      { NATS_URL, NATS_USER: 'ann', NATS_PASSWORD_FILE: file },
      { NATS_URL: NATS_URL.replace('//', `//ann:${SECRET}@`) },
    ]) {
      assert.doesNotMatch(await useBus(env), new RegExp(SECRET));
    }
    const wrong = `${SECRET}-wrong`;
    const said = await refused({ NATS_URL, NATS_USER: 'ann', NATS_PASSWORD: wrong }, 'FF6002');
    assert.doesNotMatch(said, new RegExp(SECRET));
    await refused({ NATS_URL }, 'FF6002');
  });

  it('token', async () => {
    await using server = await startNatsServer({ config: `authorization { token: ${SECRET} }` });
    const { url: NATS_URL } = server;
    assert.doesNotMatch(await useBus({ NATS_URL, NATS_TOKEN: SECRET }), new RegExp(SECRET));
    const file = join(folder, 'token');
    await writeFile(file, SECRET);
    await useBus({ NATS_URL, NATS_TOKEN_FILE: file });
    assert.doesNotMatch(await refused({ NATS_URL, NATS_TOKEN: `${SECRET}!` }, 'FF6002'), new RegExp(SECRET));
  });

  it('nkey', async () => {
    const user = nkeys.createUser();
    const seed = Buffer.from(user.getSeed()).toString();
    const config = `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`;
    await using server = await startNatsServer({ config });
    const { url: NATS_URL } = server;
    const file = join(folder, 'user.nk');
    await writeFile(file, `${seed}\n`);
    assert.doesNotMatch(await useBus({ NATS_URL, NATS_NKEY: file }), new RegExp(seed));
    const other = join(folder, 'other.nk');
    await writeFile(other, nkeys.createUser().getSeed());
    await refused({ NATS_URL, NATS_NKEY: other }, 'FF6002');
    const broken = join(folder, 'broken.nk');
    await writeFile(broken, SECRET);
    assert.doesNotMatch(await refused({ NATS_URL, NATS_NKEY: broken }, 'FF6009'), new RegExp(SECRET));
  });

  it('creds file', async () => {
    const { config, creds, seed } = makeNatsAccounts();
    await using server = await startNatsServer({ config });
    const { url: NATS_URL } = server;
    const file = join(folder, 'user.creds');
    await writeFile(file, creds);
    assert.doesNotMatch(await useBus({ NATS_URL, NATS_CREDS: file }), new RegExp(seed));
    const stranger = join(folder, 'stranger.creds');
    await writeFile(stranger, makeNatsAccounts().creds);
    await refused({ NATS_URL, NATS_CREDS: stranger }, 'FF6002');
    const broken = join(folder, 'broken.creds');
    await writeFile(broken, creds.slice(0, 100));
    await refused({ NATS_URL, NATS_CREDS: broken }, 'FF6009');
  });

  it('credentials that are renewed are read anew at the next connection', async () => {
    const file = join(folder, 'renewed');
    await writeFile(file, SECRET);
    await using server = await startNatsServer({ config: `authorization { token: ${SECRET} }` });
    const { log } = capturedLog();
    const settings = natsSettingsFromEnv({ NATS_URL: server.url, NATS_TOKEN_FILE: file });
    await using bus = await openJetStreamBus('access', settings, log);
    await server.stop();
    const conf = join(server.folder, 'nats.conf');
    await writeFile(conf, (await readFile(conf, 'utf8')).replace(SECRET, 'renewed-token'));
    await writeFile(file, 'renewed-token');
    await server.start();
    assert.equal((await bus.openLane('lane', { slots: 2 })).name, 'lane');
  });

  it('credentials that are revoked end the bus', async () => {
    await using server = await startNatsServer({ config: `authorization { token: ${SECRET} }` });
    const { log, text } = capturedLog();
    const settings = natsSettingsFromEnv({ NATS_URL: server.url, NATS_TOKEN: SECRET });
    await using bus = await openJetStreamBus('access', settings, log);
    const lane = await bus.openLane('lane', { slots: 2 });
    const receiving = lane.next();
    await server.stop();
    const conf = join(server.folder, 'nats.conf');
    await writeFile(conf, (await readFile(conf, 'utf8')).replace(SECRET, 'another-token'));
    await server.start();
    await assert.rejects(receiving, failsWith('FF6002'));
    assert.ok(failsWith('FF6002')(await bus.ended));
    assert.doesNotMatch(text(), new RegExp(SECRET));
  });

  it('the least permissions suffice; a user that may not watch acks sends nevertheless; one that may not publish is told', async () => {
    const users = [
      // what docs/bus.md lists
      `{ user: least, password: pw, permissions: {
        publish: ["facefleet.>", "$JS.API.>", "$JS.ACK.>"], subscribe: ["facefleet.>", "$JS.ACK.>", "_INBOX.>"] } }`,
      `{ user: blind, password: pw, permissions: { subscribe: ["_INBOX.>", "facefleet.>"] } }`,
      `{ user: mute, password: pw, permissions: { publish: { deny: "facefleet.>" } } }`,
    ];
    await using server = await startNatsServer({
      config: `authorization { users: [ ${users.join(', ')} ] }`,
    });
    for (const NATS_USER of ['least', 'blind']) {
      await useBus({ NATS_URL: server.url, NATS_USER, NATS_PASSWORD: 'pw' });
    }
    await assert.rejects(
      useBus({ NATS_URL: server.url, NATS_USER: 'mute', NATS_PASSWORD: 'pw' }),
      failsWith('FF6002', /publish/i),
    );
  });

  describe('TLS', { skip: withoutOpenssl }, () => {
    it('checks the server, and shows the client where asked for', async () => {
      const { ca, serverCert, serverKey, clientCert, clientKey } = await makeCertificates(folder);
      const files = `cert_file: "${serverCert}", key_file: "${serverKey}"`;
      const both = `authorization { token: ${SECRET} }`;
      {
        await using server = await startNatsServer({ config: `tls { ${files} }\n${both}` });
        const NATS_URL = server.url.replace('nats:', 'tls:').replace('127.0.0.1', 'localhost');
        const NATS_TOKEN = SECRET;
        await useBus({ NATS_URL, NATS_TOKEN, NATS_CA: ca });
        // no authority that it knows vouches for the server: the token is not sent
        await refused({ NATS_URL, NATS_TOKEN }, 'FF6002');
        await refused({ NATS_URL: server.url, NATS_TOKEN }, 'FF6002');
      }
      {
        await using server = await startNatsServer({
          config: `tls { ${files}, ca_file: "${ca}", verify: true }`,
        });
        const { url: NATS_URL } = server;
        await useBus({ NATS_URL, NATS_CA: ca, NATS_CERT: clientCert, NATS_KEY: clientKey });
      }
      {
        await using server = await startNatsServer();
        const NATS_URL = server.url.replace('nats:', 'tls:');
        await refused({ NATS_URL, NATS_CA: ca }, 'FF6002');
      }
    });
  });
});
