import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { asFacefleetError } from '../../worker/errors/facefleet-error.ts';
import { lockDir } from '../../worker/store/dir-lock.ts';
import { NATS_PORT, natsInfo, removeDevNatsData, startDevNats, stopDevNats } from './dev-nats.ts';
import { devFolder, readDevState } from './dev-state.ts';
import { outputOption } from './output-option.ts';
import { wholeNumber } from './parse-options.ts';

interface DevOptions {
  readonly state: string;
  readonly output: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  facefleet dev up
  facefleet dev down
  facefleet dev down --purge`;

/** `facefleet dev up|down`. */
export function devCommand(): Command {
  const dev = new Command('dev').description('the server that a cluster run on this machine needs');
  withCommonOptions(dev.command('up'))
    .description('start nats-server with JetStream in the background; nothing is done when it runs')
    .option('-p, --port <port>', 'port on 127.0.0.1', wholeNumber(1, 65_535), NATS_PORT)
    .action(up);
  withCommonOptions(dev.command('down'))
    .description('stop it; nothing is done when it does not run')
    .option('--purge', 'remove what it stored, too', false)
    .action(down);
  return dev.addHelpText('after', EXAMPLES);
}

function withCommonOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--state <folder>', 'where it keeps its data, log and process number').default(
        devFolder(),
        '$XDG_STATE_HOME/facefleet/dev, ~/.local/state/facefleet/dev',
      ),
    )
    .addOption(outputOption());
}

async function up({ state: where, output, port }: DevOptions & { readonly port: number }): Promise<void> {
  await withState(where, async (folder) => {
    const running = await readDevState(folder);
    const answers = running !== null && (await natsInfo(running.port)) !== null;
    if (!answers) await stopDevNats(folder);
    const { url, log, process: server } = answers ? running : await startDevNats(folder, port);
    if (output === 'json') {
      print(JSON.stringify({ event: 'up', url, pid: server.pid, started: !answers, state: folder, log }));
      return;
    }
    print(
      `nats-server ${answers ? 'runs already' : 'runs'} at ${url} (process ${server.pid}); its log is ${log}`,
    );
    print(`Next: export NATS_URL=${url}`);
    print('Stop it with: facefleet dev down');
  });
}

async function down({
  state: where,
  output,
  purge,
}: DevOptions & { readonly purge: boolean }): Promise<void> {
  await withState(where, async (folder) => {
    const stopped = await stopDevNats(folder);
    if (purge) await removeDevNatsData(folder);
    if (output === 'json') {
      print(JSON.stringify({ event: 'down', stopped, purged: purge, state: folder }));
      return;
    }
    const kept = purge ? 'what it stored is removed' : `what it stored stays in ${folder}`;
    print(`nats-server ${stopped ? 'is stopped' : 'did not run'}; ${kept}`);
  });
}

/** Runs `work` while no other `facefleet dev` works on the folder, which is made when missing. */
async function withState(where: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = resolve(where);
  const lock = await lockDir(folder);
  try {
    await work(folder);
  } catch (error) {
    throw asFacefleetError(error, 'FF6010', folder);
  } finally {
    await lock.release();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
