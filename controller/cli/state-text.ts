import type { Snapshot } from '../../worker/conductor/verify/output-state.ts';

/** How far an extraction is, for people. */
export function stateText({ state, holder }: Pick<Snapshot, 'state' | 'holder'>): string {
  const by =
    holder === null ? '' : ` by ${holder.who}${holder.isAlive === null ? ' (unless that has ended)' : ''}`;
  const again = 'the same command again goes on';
  switch (state) {
    case 'complete':
      return 'complete';
    case 'running':
      return `running${by}`;
    case 'interrupted':
      return holder?.isAlive ? `interrupted; going on${by}` : `interrupted; ${again}`;
    case 'killed':
      return `its last run ended without a word; ${again}`;
    case 'unknown':
      return 'unknown, for extraction.json does not say';
  }
}
