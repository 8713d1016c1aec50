import type { V1Container } from '@kubernetes/client-node';
import { BIN } from '../../fixtures/cli.ts';
import { expand } from './container-env.ts';
import { listenPort } from './listen-port.ts';
import type { PodPaths } from './pod-folder.ts';

/** What is run in place of a container's command. */
export interface LocalCommand {
  readonly words: readonly string[];
  /** Ports of this machine by ports of the container: many containers listen on one machine. */
  readonly ports: ReadonlyMap<number, number>;
}

/**
 * The command of a container with paths and ports of this machine; `facefleet` is the one of this source tree. The container's image is not
 * looked at, its command must be given.
 */
export async function containerCommand(
  { command = [], args = [] }: V1Container,
  env: Readonly<Record<string, string>>,
  paths: PodPaths,
): Promise<LocalCommand> {
  const ports = new Map<number, number>();
  const words: string[] = [];
  for (const text of [...command, ...args]) {
    const word = paths.local(expand(text, env));
    const [, port] = words.at(-1) === '--listen' ? (/(?:^|:)(\d+)$/.exec(word) ?? []) : [];
    if (port === undefined) words.push(word);
    else {
      const free = await listenPort();
      ports.set(Number(port), free);
      words.push(`127.0.0.1:${free}`);
    }
  }
  const [program, ...rest] = words;
  if (program === undefined) throw new Error('the test kubelet knows no images: a command must be given');
  return { words: program === 'facefleet' ? [process.execPath, BIN, ...rest] : words, ports };
}
