import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { natsSettingsFromEnv } from '../../../worker/bus/nats-settings-from-env.ts';
import { Secret } from '../../../worker/bus/secret.ts';
import { FacefleetError } from '../../../worker/errors/facefleet-error.ts';
import { failsWith } from '../../fixtures/fails-with.ts';
import { scratch } from '../../fixtures/scratch.ts';

const folder = scratch();
const file = join(folder, 'a file');
writeFileSync(file, 'x');

describe('natsSettingsFromEnv', () => {
  it('goes to this machine without credentials by default', () => {
    assert.deepEqual(natsSettingsFromEnv({}), {
      servers: ['nats://127.0.0.1:4222'],
      credentials: { kind: 'none' },
      tls: null,
    });
    assert.deepEqual(
      natsSettingsFromEnv({ NATS_URL: '', NATS_USER: '', NATS_CA: '' }),
      natsSettingsFromEnv({}),
    );
  });

  it('reads servers in every form', () => {
    const { servers, tls } = natsSettingsFromEnv({ NATS_URL: 'a, nats://b:1 ,tls://c,[::1]:5,nats://[::1]' });
    assert.deepEqual(servers, [
      'nats://a:4222',
      'nats://b:1',
      'tls://c:4222',
      'nats://[::1]:5',
      'nats://[::1]:4222',
    ]);
    assert.deepEqual(tls, {});
  });

  it('reads each kind of credentials', () => {
    const kinds = [
      [
        { NATS_USER: 'u', NATS_PASSWORD: 'p' },
        { kind: 'user', user: 'u', password: 'p' },
      ],
      [
        { NATS_USER: 'u', NATS_PASSWORD_FILE: file },
        { kind: 'user', user: 'u', password: { file } },
      ],
      [{ NATS_TOKEN: 't' }, { kind: 'token', token: 't' }],
      [{ NATS_TOKEN_FILE: file }, { kind: 'token', token: { file } }],
      [{ NATS_NKEY: file }, { kind: 'nkey', file }],
      [{ NATS_CREDS: file }, { kind: 'creds', file }],
      [{ NATS_URL: 'nats://u:p%40q@h' }, { kind: 'user', user: 'u', password: 'p@q' }],
      [{ NATS_URL: 'nats://t@h' }, { kind: 'token', token: 't' }],
    ] as const;
    for (const [env, expected] of kinds) {
      const { servers, credentials } = natsSettingsFromEnv(env);
      const revealed = Object.fromEntries(
        Object.entries(credentials).map(([key, value]) => [
          key,
          value instanceof Secret ? value.reveal() : value,
        ]),
      );
      assert.deepEqual(revealed, expected);
      assert.doesNotMatch(servers.join(), /@/);
    }
  });

  it('reads TLS files and replicas', () => {
    const env = { NATS_CA: file, NATS_CERT: file, NATS_KEY: file, FACEFLEET_NATS_REPLICAS: '3' };
    const { tls, replicas } = natsSettingsFromEnv(env);
    assert.deepEqual([tls, replicas], [{ caFile: file, certFile: file, keyFile: file }, 3]);
  });

  it('refuses what cannot be, naming the variable and no secret', () => {
    const cases: [NodeJS.ProcessEnv, string][] = [
      [{ NATS_URL: 'http://sesame@h' }, 'nats://host:port'],
      [{ NATS_URL: 'nats://u:sesame@h:99999' }, 'no URL'],
      [{ NATS_URL: 'nats://u:sesame%@h' }, 'no URL'],
      [{ NATS_URL: 'a,,b' }, 'nats://host:port'],
      [{ NATS_USER: 'u' }, 'NATS_PASSWORD'],
      [{ NATS_PASSWORD: 'sesame' }, 'NATS_USER'],
      [{ NATS_USER: 'u', NATS_PASSWORD: 'sesame', NATS_TOKEN: 'sesame' }, 'user and token'],
      [{ NATS_USER: 'u', NATS_PASSWORD: 'sesame', NATS_PASSWORD_FILE: file }, 'NATS_PASSWORD'],
      [{ NATS_CREDS: join(folder, 'none') }, 'NATS_CREDS'],
      [{ NATS_CERT: file }, 'NATS_KEY'],
      [{ FACEFLEET_NATS_REPLICAS: '2' }, 'FACEFLEET_NATS_REPLICAS'],
    ];
    for (const [env, part] of cases) {
      assert.throws(
        () => natsSettingsFromEnv(env),
        (error) => {
          assert.ok(failsWith('FF6009', part)(error), inspect(error));
          assert.ok(error instanceof FacefleetError);
          assert.doesNotMatch(inspect(error, { depth: 5 }), /sesame/);
          return true;
        },
      );
    }
  });
});

describe('Secret', () => {
  it('shows itself to nobody but who asks', () => {
    const secret = new Secret('sesame');
    const shown = `${secret} ${JSON.stringify({ secret })} ${inspect({ secret }, { depth: 5, showHidden: true })}`;
    assert.doesNotMatch(shown, /sesame/);
    assert.equal(secret.reveal(), 'sesame');
  });
});
