import pino from 'pino';
import type { Bus } from '../../worker/bus/bus.ts';
import { openJetStreamBus } from '../../worker/bus/jetstream-bus.ts';
import { startNatsServer, withoutNatsServer } from '../servers/nats-server.ts';
import { TcpGate } from '../servers/tcp-gate.ts';
import { busSuite } from './bus-suite.ts';

busSuite(
  'jetstream',
  async () => {
    const server = await startNatsServer();
    const gates = new Map<Bus, TcpGate>();
    const log = pino({ level: 'silent' });
    return {
      connect: async (extraction) => {
        const gate = await TcpGate.open(server.port);
        const settings = {
          servers: [`127.0.0.1:${gate.port}`],
          credentials: { kind: 'none' },
          tls: null,
        } as const;
        try {
          const bus = await openJetStreamBus(extraction, settings, log);
          gates.set(bus, gate);
          return bus;
        } catch (error) {
          await gate.close();
          throw error;
        }
      },
      sever: async (bus) => gates.get(bus)!.shut(),
      close: async () => {
        for (const gate of gates.values()) await gate.close();
        await server[Symbol.asyncDispose]();
      },
    };
  },
  withoutNatsServer,
);
