import type { CocoId } from '../../labels/cocoLabels.ts';

/**
 * Ids of annotations that stay as they are where they are unique. First all of them are looked at, for which eight bytes
 * are held of each; then each is asked for in turn.
 */
export class AnnotationIds {
  #numbers = new Float64Array(1 << 10);
  #count = 0;
  readonly #texts = new Set<string>();
  /** Ids that there are several of, and what the first one to be written is of. */
  readonly #several = new Map<CocoId, string | undefined>();
  #next = 1;

  /** @param id as it stands in a file: also none */
  add(id: unknown): void {
    if (typeof id === 'string') {
      if (this.#texts.has(id)) this.#several.set(id, undefined);
      this.#texts.add(id);
    } else if (typeof id === 'number') {
      if (this.#count === this.#numbers.length) {
        const more = new Float64Array(2 * this.#count);
        more.set(this.#numbers);
        this.#numbers = more;
      }
      this.#numbers[this.#count++] = id;
    }
  }

  /** To be called when all are added. */
  settle(): void {
    const sorted = this.#numbers.subarray(0, this.#count).sort();
    for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) this.#several.set(sorted[i]!, undefined);
    this.#next = Math.max(0, Math.floor(sorted.at(-1) ?? 0)) + 1;
    this.#numbers = new Float64Array(0);
    this.#texts.clear();
  }

  /**
   * The id that an annotation is written with; undefined where the same was written already.
   *
   * @param what equal for two that are the same if their ids are
   */
  idOf(id: unknown, what: () => string): CocoId | undefined {
    if (typeof id !== 'string' && typeof id !== 'number') return this.#next++;
    if (!this.#several.has(id)) return id;
    const first = this.#several.get(id);
    const own = what();
    if (first === own) return undefined;
    if (first !== undefined) return this.#next++;
    this.#several.set(id, own);
    return id;
  }
}
