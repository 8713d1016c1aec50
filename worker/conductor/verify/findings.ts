import { FINDINGS, type FindingCode, type Severity } from './finding-codes.ts';

/** Something in an output that is not as it should be. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Store key of the object that it is about. */
  readonly key: string;
  /** Line of that object, from 1 on, where it is about one. */
  readonly line?: number;
  /** Key of the frame in the source, where it is about one. */
  readonly frame?: string;
  /** What exactly. */
  readonly detail: string;
  /** What to do. */
  readonly todo: string;
}

/** Where a finding was made, and what exactly it is. */
export type FoundAt = Pick<Finding, 'key' | 'detail'> & {
  readonly line?: number | undefined;
  readonly frame?: string | undefined;
};

/** Gathers findings. Of each code only the first are kept, all are counted: a ruined output has millions. */
export class Findings {
  readonly #keep: number;
  readonly #kept = new Map<FindingCode, Finding[]>();
  readonly #counts = new Map<FindingCode, number>();
  #errors = 0;
  #warnings = 0;

  /** @param keep findings of each code */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** @param severity another one than the code's */
  add(code: FindingCode, at: FoundAt, severity: Severity = FINDINGS[code].severity): void {
    this.#counts.set(code, this.of(code) + 1);
    if (severity === 'error') this.#errors += 1;
    else this.#warnings += 1;
    const kept = this.#kept.get(code) ?? [];
    this.#kept.set(code, kept);
    if (kept.length >= this.#keep) return;
    const { key, line, frame, detail } = at;
    kept.push({
      code,
      severity,
      key,
      ...(line === undefined ? {} : { line }),
      ...(frame === undefined ? {} : { frame }),
      detail,
      todo: FINDINGS[code].todo,
    });
  }

  /** How many findings of a code there are. */
  of(code: FindingCode): number {
    return this.#counts.get(code) ?? 0;
  }

  get errors(): number {
    return this.#errors;
  }

  get warnings(): number {
    return this.#warnings;
  }

  /** By code. */
  counts(): Readonly<Partial<Record<FindingCode, number>>> {
    return Object.fromEntries(this.#counts);
  }

  /** Those that were kept, errors first. */
  list(): readonly Finding[] {
    const all = [...this.#kept.values()].flat();
    return [...all.filter(isError), ...all.filter((finding) => !isError(finding))];
  }
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}
