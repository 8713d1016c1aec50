/** Listeners that are told of something, in the order they came; one may leave, or come, meanwhile. */
export class ChangeListeners<T> {
  readonly #listeners = new Set<(news: T) => void>();

  /** @returns how to leave */
  add(listener: (news: T) => void): () => void {
    const own = (news: T): void => listener(news);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(news: T): void {
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener(news);
  }
}
