import { MemoryHub } from '../../worker/bus/memory-bus.ts';
import { busSuite } from './bus-suite.ts';

busSuite('memory', async () => {
  const hub = new MemoryHub();
  return {
    connect: async (extraction) => hub.connect(extraction, { maxPayloadBytes: 8_000_000 }),
    sever: async (bus) => hub.sever(bus),
    close: async () => {},
  };
});
