import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

const LOG_TAIL_CHARS = 4000;

/** An image as it lies in a store. */
export interface StoredImage {
  readonly id: string;
  /** Of its layers, unpacked. */
  readonly bytes: number;
}

/** Images that buildah makes, in a folder of their own: layers that have not changed are not made again. */
export class ImageStore {
  readonly folder: string;
  readonly #options: readonly string[];
  readonly #log: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#options = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')];
    this.#log = join(folder, 'build.log');
  }

  static async open(folder: string): Promise<ImageStore> {
    await mkdir(folder, { recursive: true });
    return new ImageStore(folder);
  }

  /** Builds a Dockerfile with the network of this machine. @throws Error with the end of what buildah printed */
  async build(
    tag: string,
    context: string,
    options: readonly string[] = [],
    args: Readonly<Record<string, string>> = {},
  ): Promise<StoredImage> {
    const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    const network = ['--network', 'host', '--pull-never', '--layers'];
    await this.run('build', ...network, ...options, ...given, '--tag', tag, context);
    return (await this.find(tag))!;
  }

  /** Null: there is none of this tag. */
  async find(tag: string): Promise<StoredImage | null> {
    const listed = await this.run('images', '--json');
    const images = JSON.parse(listed || '[]') as { id: string; names?: string[]; size: string }[];
    const found = images.find(({ names }) => names?.includes(tag));
    return found === undefined ? null : { id: found.id, bytes: bytesOf(found.size) };
  }

  /** What `buildah ARGS` prints on stdout; all of it goes to `build.log`, too. */
  async run(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
    const log = createWriteStream(this.#log, { flags: 'a' });
    log.write(`$ buildah ${args.join(' ')}\n`);
    let [stdout, tail] = ['', ''];
    const child = execFile('buildah', [...this.#options, ...args], {
      env,
      maxBuffer: Number.MAX_SAFE_INTEGER,
    });
    child.stdout!.on('data', (text: string) => {
      stdout += text;
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: string) => {
        log.write(text);
        tail = (tail + text).slice(-LOG_TAIL_CHARS);
      });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    log.end();
    await finished(log);
    if (code !== 0) throw new Error(`buildah ${args[0]} ended with ${code}: ${tail}`);
    return stdout;
  }
}

/** Of a size as buildah shows it: `774 MB`. */
function bytesOf(size: string): number {
  const [amount, unit = 'B'] = size.split(' ');
  return Number(amount) * 1000 ** ['B', 'KB', 'MB', 'GB'].indexOf(unit.toUpperCase());
}
