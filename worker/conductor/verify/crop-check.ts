import type { FrameRecord } from '../../formats/records.ts';
import type { Store } from '../../store/store.ts';
import { Bits } from './bits.ts';
import { BoundedTasks } from './bounded-tasks.ts';
import { type CropFault, checkCropEnds, checkWholeCrop } from './check-crop.ts';
import type { Severity } from './finding-codes.ts';
import type { Findings } from './findings.ts';
import { HashList } from './hash-list.ts';
import type { LineHead } from './line-head.ts';

const CROPS_AT_ONCE = 16;

export interface CropCheckOptions {
  /** Decode every crop and compare its header with its record. */
  readonly deep: boolean;
  /** Allowed sides in pixels; empty when they are not known. */
  readonly sizes: ReadonlySet<number>;
  /** Of what is found; the codes' own when absent. */
  readonly severity: Severity | undefined;
}

/**
 * Whether the crops that records name are there, each named once: first come the records (`name`), then the files (`file`), and, where
 * something is amiss, the heads of the records again (`again`), since only hashes of names are kept.
 */
export class CropCheck {
  readonly #store: Store;
  readonly #findings: Findings;
  readonly #options: CropCheckOptions;
  readonly #names = new HashList();
  readonly #seen = new Bits();
  readonly #tasks = new BoundedTasks(CROPS_AT_ONCE);
  #repeated = new Set<number>();
  readonly #namedBy = new Map<string, string>();

  constructor(store: Store, findings: Findings, options: CropCheckOptions) {
    this.#store = store;
    this.#findings = findings;
    this.#options = options;
  }

  /** Takes the crops that a record names. */
  async name(record: FrameRecord): Promise<void> {
    for (const [face, { crop }] of record.faces.entries()) {
      if (crop === null) continue;
      this.#names.add(crop);
      if (this.#options.deep) await this.#tasks.add(() => this.#checkWhole(crop, record, face));
    }
  }

  /** No more records come. */
  async seal(): Promise<void> {
    await this.#tasks.end();
    this.#names.seal();
    this.#repeated = this.#names.repeated();
  }

  /** How many crops the records name. */
  get count(): number {
    return this.#names.distinct;
  }

  /** Takes a file. @returns false when no record names it */
  async file(key: string, bytes: number): Promise<boolean> {
    const row = this.#names.rowOf(key);
    if (row < 0) return false;
    this.#seen.add(row);
    if (!this.#options.deep) await this.#tasks.add(() => this.#checkEnds(key, bytes, undefined));
    return true;
  }

  /** No more files come. @returns whether all is well so far: otherwise the records are wanted again */
  async filesEnd(): Promise<boolean> {
    await this.#tasks.end();
    return this.#seen.count === this.#names.distinct && this.#repeated.size === 0;
  }

  /** Takes the head of a record again. */
  async again({ key: frame, crops }: Pick<LineHead, 'key' | 'crops'>): Promise<void> {
    for (const crop of crops) {
      const row = this.#names.rowOf(crop);
      if (row < 0) continue;
      if (this.#repeated.has(row)) this.#nameAgain(crop, frame);
      if (this.#seen.has(row)) continue;
      // some file systems list names in another form than they were given
      const found = await this.#store.head(crop);
      if (found === null) this.#add({ code: 'CropMissing', detail: 'it is not there' }, crop, frame);
      else if (!this.#options.deep) await this.#checkEnds(crop, found.bytes, frame);
    }
  }

  #nameAgain(crop: string, frame: string): void {
    const other = this.#namedBy.get(crop);
    this.#namedBy.set(crop, frame);
    if (other === undefined) return;
    const detail = other === frame ? 'the frame names it twice' : `${other} names it, too`;
    this.#add({ code: 'CropNamedTwice', detail }, crop, frame);
  }

  async #checkEnds(crop: string, bytes: number, frame: string | undefined): Promise<void> {
    const { sizes } = this.#options;
    const fault = await this.#unlessGone(crop, () => checkCropEnds(this.#store, crop, bytes, sizes));
    if (fault !== null) this.#add(fault, crop, frame);
  }

  async #checkWhole(crop: string, record: FrameRecord, face: number): Promise<void> {
    const { sizes } = this.#options;
    const fault = await this.#unlessGone(crop, async () =>
      checkWholeCrop(await this.#store.get(crop), record, face, sizes),
    );
    // that it is missing is noticed when the files are gone through
    if (fault !== null && fault.code !== 'CropMissing') this.#add(fault, crop, record.key);
  }

  async #unlessGone(crop: string, check: () => Promise<CropFault | null>): Promise<CropFault | null> {
    try {
      return await check();
    } catch (error) {
      if ((await this.#store.head(crop)) !== null) throw error;
      return { code: 'CropMissing', detail: 'it is not there any more' };
    }
  }

  #add({ code, detail }: CropFault, key: string, frame: string | undefined): void {
    this.#findings.add(code, { key, frame, detail }, this.#options.severity);
  }
}
