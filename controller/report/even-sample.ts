/** Candidates beyond what is wanted: the more there are, the more even is the choice among them. */
const SPARE = 4;

/**
 * Chooses up to a number of items evenly among any number of them that come one by one, of which nobody knows how many there will be. At
 * most four times as many as are wanted are held: when they become more, every second one goes and only every second one to come is taken.
 */
export class EvenSample<T> {
  readonly #wanted: number;
  #step = 1;
  #offered = 0;
  #kept: T[] = [];

  /** @param wanted 0 takes none */
  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  /** How many items were offered. */
  get offered(): number {
    return this.#offered;
  }

  /** Offers the next item. @param make is called only when it is taken */
  offer(make: () => T): void {
    const isTaken = this.#wanted > 0 && this.#offered % this.#step === 0;
    this.#offered += 1;
    if (!isTaken) return;
    this.#kept.push(make());
    if (this.#kept.length < SPARE * this.#wanted) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#step *= 2;
  }

  /** The chosen items, in the order they came. */
  chosen(): T[] {
    const kept = this.#kept;
    const count = Math.min(this.#wanted, kept.length);
    return Array.from({ length: count }, (_, i) => kept[Math.floor((i * kept.length) / count)]!);
  }
}
