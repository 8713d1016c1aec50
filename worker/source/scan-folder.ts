import { realpath, stat } from 'node:fs/promises';
import { errorText, FacefleetError } from '../errors/facefleet-error.ts';
import { compareCodePoints } from './compare-code-points.ts';
import { textOfBytes } from './escape-bytes.ts';
import { isImageName } from './extensions.ts';
import { describeKind, type EntryKind, type FolderEntry, listEntries } from './list-entries.ts';
import { isBelow } from './resolve-inside.ts';

/** Which entries of a folder become frames. */
export interface FolderRules {
  readonly recursive: boolean;
  /** Absolute real path of a folder that is passed over with everything in it. */
  readonly excludeDir?: string;
  /** Search linked folders outside `root` too, each real folder once. */
  readonly followLinks?: boolean;
}

/** What a folder holds. Entries are bare keys, so that a million of them fit in about 100 MB; the exceptions are aside. */
export interface FolderScan {
  /** Keys of all frames, in code point order, unique. */
  readonly keys: readonly string[];
  /** Keys of symbolic links: to be examined before use. */
  readonly links: ReadonlySet<string>;
  /** Keys that cannot be frames, with the reason. */
  readonly failures: ReadonlyMap<string, FacefleetError>;
  /** Number of files without an image's extension. */
  readonly skipped: number;
  /** Number of sub-folders that were not searched. */
  readonly unsearched: number;
}

type Verdict = 'file' | 'link' | 'enter' | 'skip' | 'pass' | 'ignore' | FacefleetError;

/**
 * Lists the images below a folder. Hidden entries (leading dot) are left out. Sub-folders are entered only when `recursive`;
 * links to folders only with `followLinks` as well, those into `root` never and no folder twice, so there are no cycles. An entry
 * with an image's extension that is no file, or whose name is not UTF-8, becomes a failure, and so does a sub-folder that cannot
 * be read: nothing is lost silently.
 *
 * @param root absolute real path
 * @throws {FacefleetError} FF1103 when `root` itself cannot be read
 */
export async function scanFolder(root: string, rules: FolderRules): Promise<FolderScan> {
  const keys: string[] = [];
  const links = new Set<string>();
  const failed: { key: string; error: FacefleetError }[] = [];
  const pending = [''];
  const linked = new Set<string>();
  let skipped = 0;
  let unsearched = 0;
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    try {
      if (rules.followLinks && !(await isToBeSearched(root, prefix, rules, linked))) continue;
      const folders: string[] = [];
      for await (const entry of listEntries(root, prefix)) {
        const { text, valid } = textOfBytes(entry.name);
        const key = prefix + text;
        const kind = rules.followLinks && entry.kind === 'link' ? await kindOfTarget(root, key) : entry.kind;
        const verdict = judge({ ...entry, kind }, text, valid, key, root, rules);
        if (verdict instanceof FacefleetError) failed.push({ key, error: verdict });
        else if (verdict === 'enter') folders.push(key);
        else if (verdict === 'skip') skipped += 1;
        else if (verdict === 'pass') unsearched += 1;
        else if (verdict !== 'ignore') keys.push(key);
        if (verdict === 'link') links.add(key);
      }
      for (const folder of folders.sort(compareCodePoints).reverse()) pending.push(`${folder}/`);
    } catch (thrown) {
      if (prefix === '')
        throw new FacefleetError('FF1103', `${root}: ${errorText(thrown)}`, { cause: thrown });
      const key = prefix.slice(0, -1);
      failed.push({ key, error: new FacefleetError('FF1006', `${key}: ${errorText(thrown)}`) });
    }
  }
  const failures = withFreeKeys(failed, keys);
  for (const key of failures.keys()) keys.push(key);
  return { keys: keys.sort(compareCodePoints), links, failures, skipped, unsearched };
}

function judge(
  entry: FolderEntry,
  name: string,
  valid: boolean,
  key: string,
  root: string,
  rules: FolderRules,
): Verdict {
  if (name.startsWith('.')) return 'ignore';
  const kind: EntryKind = entry.kind;
  if (kind === 'folder' && rules.recursive) {
    if (!valid) return new FacefleetError('FF1008', `folder ${key}`);
    return `${root}/${key}` === rules.excludeDir ? 'ignore' : 'enter';
  }
  if (kind === 'folder' && `${root}/${key}` === rules.excludeDir) return 'ignore';
  if (!isImageName(name)) return kind === 'folder' ? 'pass' : 'skip';
  if (!valid) return new FacefleetError('FF1008', key);
  if (kind === 'file' || kind === 'link') return kind;
  return new FacefleetError('FF1006', `${key} is ${describeKind(kind)}`);
}

/** What a link stands for: a folder that is to be searched, or a link still. */
async function kindOfTarget(root: string, key: string): Promise<EntryKind> {
  try {
    return (await stat(`${root}/${key}`)).isDirectory() ? 'folder' : 'link';
  } catch {
    return 'link';
  }
}

/** Whether a folder is reached by its own path, or by links to a place outside `root` that is met for the first time. */
async function isToBeSearched(
  root: string,
  prefix: string,
  { excludeDir }: FolderRules,
  linked: Set<string>,
): Promise<boolean> {
  const real = await realpath(`${root}/${prefix}`);
  if (`${real}/` === `${root}/${prefix}`) return true;
  if (real === root || isBelow(root, real) || real === excludeDir || linked.has(real)) return prefix === '';
  linked.add(real);
  return true;
}

/** An escaped name may equal the honest name of another file; it then gets a `~` at the end. */
function withFreeKeys(
  failed: readonly { key: string; error: FacefleetError }[],
  keys: readonly string[],
): Map<string, FacefleetError> {
  const failures = new Map<string, FacefleetError>();
  if (failed.length === 0) return failures;
  const taken = new Set(keys);
  for (const { key, error } of failed) {
    let free = key;
    while (taken.has(free) || failures.has(free)) free += '~';
    failures.set(free, error);
  }
  return failures;
}
