import { setTimeout as sleep } from 'node:timers/promises';
import { randomMoment } from '../moment.ts';
import type { Scenario } from '../scenario.ts';

/** The NATS server is killed or stopped and comes back with what lies on its disk; or all connections to it break for a while. */
export const natsDown: Scenario = {
  name: 'nats-down',
  async disturb({ cluster, nats, gate, random, note }) {
    for (let left = random.whole(1, 2); left > 0; left--) {
      const how = random.pick(['killed', 'killed', 'stopped', 'cut off'] as const);
      const downMs = random.whole(100, 3000);
      const moment = await randomMoment(cluster, random);
      note(`NATS ${how} for ${downMs} ms, ${moment}`);
      if (how === 'cut off') {
        gate.shut();
        await sleep(downMs);
        gate.reopen();
        continue;
      }
      await (how === 'killed' ? nats.kill() : nats.stop());
      await sleep(downMs);
      await nats.start();
    }
  },
};
