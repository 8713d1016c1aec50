/**
 * A sender's knowledge of how full a lane is, from what it sees go by: numbers of its own messages when the lane takes them, and
 * of anybody's messages when they are acked. A lane numbers its messages 1, 2, 3, … without gaps, so that a number that is higher
 * than expected tells of other senders' messages. What is missed (a lost connection) is set right by `beginSync` and `endSync`.
 */
export class LaneRoom {
  readonly slots: number;
  /** Numbers of the messages that are in the lane. */
  #present = new Set<number>();
  /** The highest number known. */
  #last = 0;
  #reserved = 0;
  /** What happened since `beginSync`. */
  #meanwhile: { readonly kind: 'taken' | 'acked'; readonly number: number }[] | null = null;
  #known = false;

  constructor(slots: number) {
    this.slots = slots;
  }

  /** True after the first sync. */
  get known(): boolean {
    return this.#known;
  }

  /** Free places that nobody in this process has reserved; 0 before the first sync. */
  get room(): number {
    return this.#known ? Math.max(0, this.slots - this.#present.size - this.#reserved) : 0;
  }

  reserve(): void {
    this.#reserved += 1;
  }

  release(): void {
    this.#reserved -= 1;
  }

  /** The lane took a message of this process. */
  taken(number: number): void {
    this.#meanwhile?.push({ kind: 'taken', number });
    this.#advance(number);
  }

  /** Somebody acked a message. */
  acked(number: number): void {
    this.#meanwhile?.push({ kind: 'acked', number });
    this.#advance(number);
    this.#present.delete(number);
  }

  /** Call before the lane is asked what is in it. */
  beginSync(): void {
    this.#meanwhile = [];
  }

  /** The answer: numbers in the lane and the highest number ever, at some moment since `beginSync`. */
  endSync(present: Iterable<number>, last: number): void {
    const meanwhile = this.#meanwhile ?? [];
    this.#meanwhile = null;
    this.#known = true;
    this.#present = new Set(present);
    this.#last = last;
    // a message taken or acked before that moment is in the answer already: doing it again changes nothing
    for (const { kind, number } of meanwhile) this[kind](number);
  }

  /** Knows the numbers up to `number` as taken. Only the newest can be in the lane, which holds no more than its slots. */
  #advance(number: number): void {
    if (number <= this.#last) return;
    for (let n = Math.max(this.#last + 1, number - this.slots + 1); n <= number; n++) this.#present.add(n);
    this.#last = number;
  }
}
