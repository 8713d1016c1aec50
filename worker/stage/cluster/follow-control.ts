import { fromBinary } from '@bufbuild/protobuf';
import { type Control, ControlSchema } from '../../../proto/gen/facefleet/v1/control_pb.ts';
import type { Bus } from '../../bus/bus.ts';
import { CONTROL_TOPIC } from '../../cluster/topics.ts';

/** Calls `onEnd` when the conductor says that this pass has ended. @param signal ends the listening */
export function followControl(
  bus: Bus,
  extraction: string,
  pass: number,
  signal: AbortSignal,
  onEnd: () => void,
): void {
  void listen();

  async function listen(): Promise<void> {
    for await (const bytes of bus.listen(CONTROL_TOPIC, { signal })) {
      const control = parsed(bytes);
      if (control?.extraction !== extraction) continue;
      if (control.order.case === 'finish' || control.pass > pass) onEnd();
    }
  }
}

/** What cannot be read says nothing; the next repetition may. */
function parsed(bytes: Uint8Array): Control | null {
  try {
    return fromBinary(ControlSchema, bytes);
  } catch {
    return null;
  }
}
