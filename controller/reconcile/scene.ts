import type { Draft } from './draft.ts';
import type { Making } from './making.ts';
import type { Observed } from './observed.ts';
import type { ControllerSettings } from './settings.ts';

/** What a policy looks at, and the draft that it writes into. */
export interface Scene {
  readonly observed: Observed;
  readonly settings: ControllerSettings;
  readonly making: Making;
  readonly draft: Draft;
}
