import type { AlignerPlugin, DetectorPlugin, NetworkMaskerPlugin } from '../plugins/plugin.ts';
import { findPlugin } from '../plugins/registry.ts';
import type { StageRole } from '../stage/plan-stage.ts';
import type { Session } from './session.ts';
import { floatTensor } from './tensor.ts';

/**
 * Runs every model once on zeros, in the batch that it will work with: a GPU compiles kernels and takes its memory at the first run, so
 * that what does not fit shows now, and the first frame is no slower than the others.
 * @throws FacefleetError FF3004 when memory does not suffice
 */
export async function warmUp(
  roles: readonly StageRole[],
  sessions: ReadonlyMap<string, Session>,
): Promise<void> {
  for (const { role, kind, plugin: name, options, batch } of roles) {
    const session = sessions.get(role);
    if (session === undefined) continue;
    const plugin = (await findPlugin(kind, name)) as DetectorPlugin | AlignerPlugin | NetworkMaskerPlugin;
    const input = plugin.role === 'detect' ? plugin.input(options) : plugin.input;
    const dims = [batch, ...input.dims];
    const zeros = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    await session.run({ [input.name]: floatTensor(zeros, dims) });
  }
}
