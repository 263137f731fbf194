/**
 * Whether the broker was asked to stop. It lives as long as the broker, so it is no `AbortSignal`: on Workers such a
 * signal belongs to the request in which it was made.
 */
export class Draining {
  readonly #listeners: (() => void)[] = [];
  #begun = false;

  /** Whether it has begun. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Calls back when it begins. */
  onBegin(listener: () => void): void {
    this.#listeners.push(listener);
  }

  begin(): void {
    this.#begun = true;
    for (const listener of this.#listeners) listener();
  }
}
