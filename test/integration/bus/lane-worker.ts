import pino from 'pino';
import { openJetStreamBus } from '../../../worker/bus/jetstream-bus.ts';
import { natsSettings } from '../../servers/nats-settings.ts';

/** A worker process: `node lane-worker.ts URL EXTRACTION LANE SLOTS` takes what comes, says so, and never finishes it. */
const [url = '', extraction = '', name = '', slots = ''] = process.argv.slice(2);
const bus = await openJetStreamBus(extraction, natsSettings(url), pino({ level: 'silent' }));
const lane = await bus.openLane(name, { slots: Number(slots) });
for (;;) {
  const delivery = await lane.next();
  if (delivery === null) break;
  process.stdout.write(`${delivery.id}\n`);
}
