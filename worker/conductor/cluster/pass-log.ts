import { hash } from 'node:crypto';
import { fromJsonString, toJsonString } from '@bufbuild/protobuf';
import { type StageResult, StageResultSchema } from '../../../proto/gen/facefleet/v1/stage_result_pb.ts';
import { errorText, FacefleetError } from '../../errors/facefleet-error.ts';
import { hash48 } from '../../formats/hashed-map.ts';
import { decodePart, partKey, partNumber } from '../../formats/part.ts';
import type { Store } from '../../store/store.ts';
import { type Appended, PART_LIMITS, type PartLimits, PartWriter } from '../part-writer.ts';
import { type Location, ResultIndex, UNKNOWN_VERSION } from '../result-index.ts';

const PASSES = 'passes/';
/** Parts in memory while they are read; frames end almost in source order. */
const KEPT_PARTS = 6;

/**
 * The results of a pass that is not the last, in parts of the output `passes/<pass>/part-000000.jsonl`, until the extraction is
 * complete. What an earlier conductor committed there counts when it was made with the same roles of the same spec.
 */
export class PassLog {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #index: ResultIndex;
  readonly #writer: PartWriter;
  readonly #parts = new Map<number, Uint8Array>();
  #count: number;

  private constructor(store: Store, prefix: string, index: ResultIndex, writer: PartWriter, count: number) {
    this.#store = store;
    this.#prefix = prefix;
    this.#index = index;
    this.#writer = writer;
    this.#count = count;
  }

  /**
   * @param about what the results depend on: parts that were made with another are removed
   * @throws FacefleetError FF4001, FF4005, FF4006
   */
  static async open(
    store: Store,
    pass: number,
    about: string,
    limits: Partial<PartLimits> = {},
  ): Promise<PassLog> {
    const prefix = `${PASSES}${pass}/`;
    const digest = `${hash('sha256', about)}\n`;
    const aboutKey = `${prefix}about.txt`;
    const before = (await store.head(aboutKey)) === null ? null : await store.get(aboutKey);
    if (before === null || Buffer.from(before).toString('latin1') !== digest) {
      await store.deleteMany(keysBelow(store, prefix));
      await store.put(aboutKey, Buffer.from(digest), { durable: true });
    }
    const index = new ResultIndex();
    let first = 0;
    let count = 0;
    for await (const { key } of store.list(prefix)) {
      const part = partNumber(key, prefix);
      if (part === null) continue;
      first = Math.max(first, part + 1);
      for (const { offset, bytes, version } of decodePart(key, await store.get(key), prefix)) {
        const at = { part, offset, length: bytes.length + 1 };
        const { key: frame } = parseLine(bytes, key);
        index.add(frame, at, 0, version === undefined ? UNKNOWN_VERSION : hash48(version));
        count += 1;
      }
    }
    return new PassLog(
      store,
      prefix,
      index,
      new PartWriter(store, first, { ...PART_LIMITS, ...limits }, prefix),
      count,
    );
  }

  /** How many results it has. */
  get count(): number {
    return this.#count;
  }

  /** Whether the pass has a result of a frame. @param version of its file, when known: that of another one does not count */
  has(key: string, version?: string): boolean {
    const row = this.#index.recordOf(key);
    if (row === undefined) return false;
    const before = this.#index.versionOf(row);
    return version === undefined || before === UNKNOWN_VERSION || before === hash48(version);
  }

  /** Takes a result; see `OutputLog.record`. */
  async record(result: StageResult, version?: string): Promise<Pick<Appended, 'committed'>> {
    await this.#writer.room();
    const { at, committed } = this.#writer.append(toJsonString(StageResultSchema, result), version);
    this.#index.add(result.key, at, 0, version === undefined ? UNKNOWN_VERSION : hash48(version));
    this.#count += 1;
    return { committed };
  }

  /** Commits everything taken so far. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  /** The result of a frame. Everything must have been committed. @throws FacefleetError FF4005 when there is none */
  async read(key: string): Promise<StageResult> {
    const row = this.#index.recordOf(key);
    if (row === undefined)
      throw new FacefleetError('FF4005', `${this.#prefix}: there is no result of ${key}`);
    const at = this.#index.locationOf(row);
    const line = (await this.#part(at)).subarray(at.offset, at.offset + at.length - 1);
    const where = partKey(at.part, this.#prefix);
    const result = parseLine(line, where);
    if (result.key !== key)
      throw new FacefleetError('FF4005', `${where}: ${result.key} stands in place of ${key}`);
    return result;
  }

  async #part({ part }: Location): Promise<Uint8Array> {
    const kept = this.#parts.get(part);
    const bytes = kept ?? (await this.#store.get(partKey(part, this.#prefix)));
    this.#parts.delete(part);
    this.#parts.set(part, bytes);
    if (this.#parts.size > KEPT_PARTS) this.#parts.delete(this.#parts.keys().next().value!);
    return bytes;
  }
}

/** Removes the results of all passes. */
export async function removePasses(store: Store): Promise<void> {
  await store.deleteMany(keysBelow(store, PASSES));
}

async function* keysBelow(store: Store, prefix: string): AsyncGenerator<string> {
  for await (const { key } of store.list(prefix)) yield key;
}

function parseLine(line: Uint8Array, where: string): StageResult {
  try {
    return fromJsonString(StageResultSchema, Buffer.from(line).toString('utf8'), {
      ignoreUnknownFields: true,
    });
  } catch (error) {
    throw new FacefleetError('FF4005', `${where}: ${errorText(error)}`, { cause: error });
  }
}
