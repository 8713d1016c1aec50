import { access, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../models/temporary-folder.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { makeBaseImages } from './base-images.ts';
import { ImageStore, type StoredImage } from './image-store.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STORE = join(tmpdir(), `facefleet-e2e-images-${process.getuid?.() ?? 0}`);
const REGISTRY = 'localhost/facefleet';
const INSTALL_NATS =
  'apt-get update && apt-get install -y --no-install-recommends nats-server && rm -rf /var/lib/apt/lists/* /var/cache/apt/*';

/** Models that the worker's image brings along: those of an Extraction that names none. */
export const MODELS = ['ultraface', 'mediapipe478'] as const;
/** The images that are built, by what they are. */
export const IMAGES = {
  controller: `${REGISTRY}/controller:${packageJson.version}`,
  worker: `${REGISTRY}/worker:${packageJson.version}`,
  nats: `${REGISTRY}/nats:debian`,
  /** Holds the namespaces of a pod. */
  pause: `${REGISTRY}/pause:1`,
} as const;

/**
 * Builds all images that pods need on nodes without a registry: those of the Dockerfile, NATS, and what holds a pod. Layers are kept for the
 * next time, in the folder for temporary files. @returns archives to import, one for each image
 */
export async function buildImages(): Promise<string[]> {
  const store = await ImageStore.open(STORE);
  return await temporaryFolder(async (work) => {
    const { base, node } = await makeBaseImages(store, work);
    const args = { NODE_IMAGE: node, BASE_IMAGE: base, MODELS: MODELS.join(' ') };
    const lines = async (name: string, ...more: readonly string[]): Promise<StoredImage> => {
      const file = join(work, name);
      await writeFile(file, [`FROM ${base}`, ...more, ''].join('\n'));
      return await store.build(IMAGES[name as keyof typeof IMAGES], work, ['--file', file]);
    };
    const builds = {
      pause: () => lines('pause', 'ENTRYPOINT ["sleep", "infinity"]'),
      nats: () => lines('nats', `RUN ${INSTALL_NATS}`, 'USER 65532:65532', 'ENTRYPOINT ["nats-server"]'),
      controller: () => store.build(IMAGES.controller, ROOT, ['--target', 'controller'], args),
      worker: () => store.build(IMAGES.worker, ROOT, ['--target', 'worker'], args),
    };
    const archives: string[] = [];
    for (const [name, build] of Object.entries(builds)) {
      const startedMs = Date.now();
      const image = await build();
      archives.push(await archive(store, IMAGES[name as keyof typeof IMAGES], name, image));
      const seconds = Math.round((Date.now() - startedMs) / 1000);
      console.log(`image ${name}: ${Math.round(image.bytes / 1e6)} MB, ${seconds} s`);
    }
    return archives;
  });
}

/** An archive of an image; the one that is there when the image is the same. */
async function archive(store: ImageStore, tag: string, name: string, { id }: StoredImage): Promise<string> {
  const path = join(store.folder, `${name}-${id.slice(0, 12)}.tar`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  for (const file of await readdir(store.folder))
    if (file.startsWith(`${name}-`)) await rm(join(store.folder, file));
  await store.run('push', '--quiet', tag, `docker-archive:${path}.part:${tag}`);
  await rename(`${path}.part`, path);
  return path;
}
