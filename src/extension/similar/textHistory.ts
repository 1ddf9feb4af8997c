/** More than a person looks through. */
const LONGEST = 30;

/** A line that was searched for, and where. */
export interface SearchedText {
  readonly line: string;
  /** In what is written about the images, else in the images. */
  readonly captions: boolean;
}

/** What was searched in words, the last first and each once. */
export class TextHistory {
  #searched: readonly SearchedText[];

  /** @param kept as `add` returned it; lines alone were searched for in images */
  constructor(kept: readonly (string | SearchedText)[]) {
    this.#searched = kept.map((one) => (typeof one === 'string' ? { line: one, captions: false } : one));
  }

  get searched(): readonly SearchedText[] {
    return this.#searched;
  }

  /** @returns all of them, to be kept */
  add({ line, captions }: SearchedText): readonly SearchedText[] {
    const others = this.#searched.filter((other) => other.line !== line || other.captions !== captions);
    this.#searched = [{ line, captions }, ...others].slice(0, LONGEST);
    return this.#searched;
  }
}
