/** More than a person looks through. */
const LONGEST = 30;

/** What was searched in words, the last first and each once. */
export class TextHistory {
  #lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** @returns all of them, to be kept */
  add(line: string): readonly string[] {
    this.#lines = [line, ...this.#lines.filter((other) => other !== line)].slice(0, LONGEST);
    return this.#lines;
  }
}
