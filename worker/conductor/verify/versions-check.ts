import { hash48 } from '../../formats/hashed-map.ts';
import { VERSIONS_KEY } from '../../formats/output-keys.ts';
import { parseVersionLine } from '../../formats/version-lines.ts';
import type { Store } from '../../store/store.ts';
import type { Findings } from './findings.ts';
import { storedLines } from './stored-lines.ts';

/** Whether versions.txt has lines of the records, in their order: at most one for each. */
export class VersionsCheck {
  readonly #lines: AsyncGenerator<{ readonly number: number; readonly keyHash: number }>;
  #next: { readonly number: number; readonly keyHash: number } | null = null;
  #begun = false;
  readonly #findings: Findings;

  constructor(store: Store, findings: Findings) {
    this.#findings = findings;
    this.#lines = versionLines(store, findings);
  }

  /** Takes the next record's frame. */
  async add(frameKey: string): Promise<void> {
    if (!this.#begun) await this.#advance();
    if (this.#next?.keyHash === hash48(frameKey)) await this.#advance();
  }

  /** Says what was found, after the last record. */
  async end(): Promise<void> {
    if (!this.#begun) await this.#advance();
    if (this.#next === null) return;
    const detail = 'the line is of none of the frames with a record, or not in their order';
    this.#findings.add('VersionsDiffer', { key: VERSIONS_KEY, line: this.#next.number, detail });
    await this.close();
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#lines.return(undefined);
  }

  async #advance(): Promise<void> {
    this.#begun = true;
    const { done, value } = await this.#lines.next();
    this.#next = done ? null : value;
  }
}

async function* versionLines(
  store: Store,
  findings: Findings,
): AsyncGenerator<{ readonly number: number; readonly keyHash: number }> {
  for await (const lines of storedLines(store, VERSIONS_KEY)) {
    for (const { number, bytes, isCut } of lines) {
      const line = isCut ? null : parseVersionLine(bytes);
      if (line !== null) {
        yield { number, keyHash: line.keyHash };
        continue;
      }
      const detail = isCut ? 'the last line is cut short' : 'it is not as it was written';
      findings.add('VersionsDamaged', { key: VERSIONS_KEY, line: number, detail });
      return;
    }
  }
}
