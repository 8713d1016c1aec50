import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from 'prom-client';
import { serveTelemetry } from '../../../worker/cluster/serve-telemetry.ts';
import { stageMetrics } from '../../../worker/cluster/stage-metrics.ts';
import { failsWith } from '../../fixtures/fails-with.ts';

describe('probes and metrics', () => {
  it('answer as Kubernetes and Prometheus expect', async () => {
    let unready = 'starting';
    const metrics = stageMetrics({ extraction: 'x', worker: 'p0-s0-r0', pass: '0' });
    metrics.frame('found', 250);
    const health = { unwell: () => '', unready: () => unready };
    const telemetry = await serveTelemetry('127.0.0.1:0', metrics.registry, health);
    const get = async (path: string, method = 'GET') => {
      const answer = await fetch(`http://127.0.0.1:${telemetry.port}${path}`, { method });
      return [answer.status, await answer.text()] as const;
    };
    assert.deepEqual(await get('/healthz'), [200, 'ok\n']);
    assert.deepEqual(await get('/readyz'), [503, 'starting\n']);
    unready = '';
    assert.equal((await get('/readyz?verbose'))[0], 200);
    const [status, text] = await get('/metrics');
    assert.equal(status, 200);
    assert.match(
      text,
      /facefleet_stage_frames_total\{outcome="found",extraction="x",worker="p0-s0-r0",pass="0"\} 1/,
    );
    assert.match(text, /facefleet_stage_frame_seconds_bucket\{le="0.3"[^}]*\} 1/);
    assert.match(text, /process_resident_memory_bytes/);
    assert.equal((await get('/else'))[0], 404);
    assert.equal((await get('/metrics', 'POST'))[0], 405);
    await telemetry.close();
  });

  it('refuses an address that is none, and one that is taken', async () => {
    const health = { unwell: () => '', unready: () => '' };
    for (const listen of ['', 'x', '127.0.0.1', '99999', ':1:'])
      await assert.rejects(serveTelemetry(listen, new Registry(), health), failsWith('FF5001', '--listen'));
    const first = await serveTelemetry('127.0.0.1:0', new Registry(), health);
    const taken = serveTelemetry(`127.0.0.1:${first.port}`, new Registry(), health);
    await assert.rejects(taken, failsWith('FF5001', 'EADDRINUSE'));
    await first.close();
  });
});
