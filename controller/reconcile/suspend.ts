import { activeMs } from './active-time.ts';
import { removePod } from './remove-pod.ts';
import type { Scene } from './scene.ts';

/** Ends all pods and gives back what they hold. What is recorded in the output stays, and is gone on from. */
export function suspend(scene: Scene): void {
  const { observed, draft } = scene;
  const { status } = draft;
  if (!draft.isTrue('Suspended')) {
    if (status.startTime !== undefined) status.activeSeconds = Math.floor(activeMs(draft) / 1000);
    draft.tell('Normal', 'Suspended', 'Its pods end, and what they hold is given back.');
  }
  status.phase = 'Suspended';
  draft.setCondition('Suspended', 'True', 'Suspended', 'spec.suspend is true.');
  for (const type of ['Planned', 'Admitted', 'Running'] as const)
    draft.setCondition(type, 'False', 'Suspended', 'spec.suspend is true.');
  for (const pass of status.passes ?? []) pass.ready = 0;
  if (status.progress !== undefined) {
    status.progress.framesPerSecond = null;
    status.progress.etaSeconds = null;
    if (status.progress.shown !== undefined) {
      status.progress.shown.rate = '';
      status.progress.shown.eta = '';
    }
  }
  for (const pod of observed.pods) removePod(pod, scene);
}

/** Says that it is not, or no longer, suspended. */
export function resume({ draft }: Scene): void {
  if (draft.isTrue('Suspended'))
    draft.tell('Normal', 'Resumed', 'It is planned again and goes on where it stopped.');
  draft.setCondition('Suspended', 'False', 'NotSuspended', 'spec.suspend is false.');
}
