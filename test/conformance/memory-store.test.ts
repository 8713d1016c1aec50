import { MemoryStore } from '../../worker/store/memory-store.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('memory', async () => ({ store: new MemoryStore(), close: async () => {} }));
