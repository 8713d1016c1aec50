import { stopAtOnce, stopNoLongerAtOnce } from './early-stop.ts';
import { EXIT } from './exit-codes.ts';

/** The first Ctrl-C or SIGTERM finishes the frames in work; the second ends the process at once. */
export function stopOnSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    process.stderr.write('\nstopping: finishing the frames in work (once more to quit at once)\n');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  stopNoLongerAtOnce();
  return {
    signal: controller.signal,
    release() {
      stopAtOnce();
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
