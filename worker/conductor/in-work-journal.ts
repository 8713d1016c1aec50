import { hash } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { dirError, errno } from '../store/dir-error.ts';
import { tmpName } from '../store/tmp-name.ts';

/** The name of the journal in the output folder. */
export const JOURNAL_NAME = '.facefleet.in-work';

const ENTRY = /^([0-9a-f]{64}) (\d) ([wk])$/;
const ENTRY_BYTES = 69;
const FREE = `${' '.repeat(ENTRY_BYTES - 1)}\n`;
const MAX_DEATHS = 9;

/**
 * Which frames were in work when a process died: for a damaged file may crash a native decoder, and would on every further run. Holds a
 * line of fixed length for each frame in work (sha256 of its key, in how many deaths it was in work before, `w`) and for each known
 * from earlier deaths (`k`); two writes of 69 bytes a frame, which the system keeps when the process dies. A power failure may lose
 * it: then a death is not counted.
 */
export class InWorkJournal {
  readonly #path: string;
  /** In how many deaths frames were in work, by hash. */
  readonly #deaths = new Map<string, number>();
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #inWork = new Set<string>();
  #file: number | null = null;

  /**
   * Opens the journal of an output folder and counts what the last process left in work.
   * @param folder held by this process (see `lockDir`)
   * @param forget start with an empty one
   * @throws FacefleetError FF4001
   */
  constructor(folder: string, forget = false) {
    this.#path = join(folder, JOURNAL_NAME);
    this.#try(() => {
      if (forget) rmSync(this.#path, { force: true });
      for (const line of this.#read().split('\n')) {
        const [, key, deaths, state] = ENTRY.exec(line) ?? [];
        if (key !== undefined)
          this.#deaths.set(key, Math.min(MAX_DEATHS, Number(deaths) + (state === 'w' ? 1 : 0)));
      }
      if (this.#deaths.size > 0) this.#rewrite();
    });
  }

  /** The hashes of the frames that were in work in so many deaths or more. */
  inDeaths(atLeast: number): string[] {
    return [...this.#deaths].filter(([, deaths]) => deaths >= atLeast).map(([key]) => key);
  }

  /** Notes that work on a frame begins. @throws FacefleetError FF4001 */
  begin(frameKey: string): void {
    const key = hashOf(frameKey);
    const slot = this.#slots.get(key) ?? this.#free.pop() ?? this.#slots.size;
    this.#slots.set(key, slot);
    this.#inWork.add(key);
    this.#write(slot, entry(key, this.#deaths.get(key) ?? 0, 'w'));
  }

  /** Notes that a frame was worked on without harm. Nothing happens when it was not begun. @throws FacefleetError FF4001 */
  end(frameKey: string): void {
    const key = hashOf(frameKey);
    const slot = this.#slots.get(key);
    if (slot === undefined || !this.#inWork.delete(key)) return;
    this.#write(slot, FREE);
    this.#slots.delete(key);
    this.#deaths.delete(key);
    this.#free.push(slot);
  }

  /**
   * Ends the journal of a process that ends orderly: frames still in work are not its death. Removes the file when nothing is left.
   * @param keep says of which frames from earlier deaths the journal still speaks; default all
   */
  close(keep: (hash: string) => boolean = () => true): void {
    this.#try(() => {
      if (this.#file !== null) closeSync(this.#file);
      this.#file = null;
      for (const key of this.#deaths.keys()) if (!keep(key)) this.#deaths.delete(key);
      if (this.#deaths.size > 0) this.#rewrite();
      else rmSync(this.#path, { force: true });
    });
  }

  #read(): string {
    try {
      return readFileSync(this.#path, 'latin1');
    } catch (error) {
      if (errno(error) === 'ENOENT') return '';
      throw error;
    }
  }

  /** Writes what is known from earlier deaths, in place of all else. */
  #rewrite(): void {
    this.#slots.clear();
    this.#free.length = 0;
    let text = '';
    for (const [key, deaths] of this.#deaths) {
      this.#slots.set(key, this.#slots.size);
      text += entry(key, deaths, 'k');
    }
    const tmp = join(this.#path, '..', tmpName());
    writeFileSync(tmp, text);
    renameSync(tmp, this.#path);
  }

  #write(slot: number, text: string): void {
    this.#try(() => {
      // written through this descriptor alone; made when missing
      this.#file ??= openSync(this.#path, this.#deaths.size > 0 ? 'r+' : 'w');
      writeSync(this.#file, text, slot * ENTRY_BYTES, 'latin1');
    });
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw dirError('FF4001', this.#path, error);
    }
  }
}

/** How the journal names a frame. */
export function hashOf(frameKey: string): string {
  return hash('sha256', frameKey);
}

function entry(key: string, deaths: number, state: 'w' | 'k'): string {
  return `${key} ${deaths} ${state}\n`;
}
