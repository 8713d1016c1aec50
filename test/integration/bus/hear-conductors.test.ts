import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { conductorEar } from '../../../controller/bus/hear-conductors.ts';
import { natsSettingsFromEnv } from '../../../worker/bus/nats-settings-from-env.ts';
import { capturedLog } from '../../fixtures/captured-log.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { startNatsServer, withoutNatsServer } from '../../servers/nats-server.ts';

const MAY = '{ publish: ">", subscribe: [">"] }';
const MAY_NOT = '{ publish: ">", subscribe: ["_INBOX.>"] }';

it('a controller that may not listen says so once, and listens as soon as it may', {
  skip: withoutNatsServer,
}, async () => {
  const user = (permissions: string): string =>
    `authorization { users: [{ user: ann, password: secret, permissions: ${permissions} }] }`;
  await using server = await startNatsServer({ config: user(MAY_NOT) });
  const { log, text } = capturedLog();
  const settings = natsSettingsFromEnv({ NATS_URL: server.url, NATS_USER: 'ann', NATS_PASSWORD: 'secret' });
  const ear = conductorEar(settings, log, () => {});
  const stop = new AbortController();
  const running = ear.run(stop.signal);
  try {
    await waitUntil('it says why', () =>
      ear.trouble.startsWith('the bus does not let this controller listen'),
    );
    assert.match(ear.trouble, /facefleet\.\*\.say\.control/);
    assert.equal(ear.connected, false);
    assert.equal(ear.listensSinceMs, null);
    assert.equal(text().match(/no reports of conductors/g)?.length, 1);

    const file = join(server.folder, 'nats.conf');
    await writeFile(file, (await readFile(file, 'utf8')).replace(MAY_NOT, MAY));
    await server.stop();
    await server.start();
    await waitUntil('it listens', () => ear.connected && ear.listensSinceMs !== null);
    assert.equal(ear.trouble, '');
    assert.equal(text().match(/listening to conductors/g)?.length, 1);
  } finally {
    stop.abort();
    await running;
  }
});
