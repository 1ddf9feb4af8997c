import { jsonPlaces, utf8Text } from '../../json/jsonPlaces.ts';
import { freshNumbers, isExact } from './freshNumbers.ts';
import { LargeSet } from './largeSet.ts';

/** What tells an id from others: a number, or a text, by which numbers are told apart that aren't held exactly. */
export type IdKey = string | number;

/**
 * The id of an annotation; undefined where it has none.
 *
 * @param id as it was parsed, `bytes` the annotation as it stands in the file
 */
export function idKeyOf(id: unknown, bytes: Uint8Array): IdKey | undefined {
  if (typeof id === 'string') return `"${id}`;
  if (typeof id === 'bigint') return String(id);
  if (typeof id !== 'number' || isExact(id)) return typeof id === 'number' ? id : undefined;
  const { start, end } = jsonPlaces(bytes).findLast(({ key }) => key === 'id')!;
  return utf8Text(bytes.subarray(start, end));
}

/**
 * Ids of annotations that stay as they are where they are unique. First all of them are looked at, for which eight bytes
 * are held of each number, and texts as they are; then each is asked for in turn. What annotations hold is compared where
 * their ids are the same, and held of those alone.
 */
export class AnnotationIds {
  #numbers = new Float64Array(1 << 10);
  #count = 0;
  #added = 0;
  readonly #texts = new LargeSet<string>();
  /** Ids that there are several of; those of them that are written, and with what. */
  readonly #several = new LargeSet<IdKey>();
  readonly #taken = new LargeSet<IdKey>();
  readonly #written = new LargeSet<string>();
  #next = 1;

  /** @param id undefined of an annotation without one */
  add(id: IdKey | undefined): void {
    this.#added++;
    if (typeof id === 'string') {
      if (!this.#texts.add(id)) this.#several.add(id);
    } else if (id !== undefined) {
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
    for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) this.#several.add(sorted[i]!);
    this.#next = freshNumbers(sorted, this.#added);
    this.#numbers = new Float64Array(0);
    this.#texts.clear();
  }

  /**
   * What becomes of an annotation's id: its own, another one, or nothing where the same annotation was written with it.
   *
   * @param content equal for two that are the same if their ids are
   */
  of(id: IdKey | undefined, content: () => string): 'own' | 'written' | number {
    if (id === undefined) return this.#next++;
    if (!this.#several.has(id)) return 'own';
    if (!this.#written.add(`${id} ${content()}`)) return 'written';
    return this.#taken.add(id) ? 'own' : this.#next++;
  }
}
