import { readFileSync } from 'node:fs';

const START = '<|startoftext|>';
const END = '<|endoftext|>';

/**
 * CLIP's tokenizer, written from the published algorithm (byte-pair encoding over bytes, as in the paper of GPT-2, with the
 * end of a word marked), to compare with: it merges the best pair everywhere, again and again, without any cleverness.
 */
export class SlowBytePairs {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;

  /** @param file a `tokenizer.json`, of which only the vocabulary and the order of the merges are read */
  constructor(file: string) {
    const { model } = JSON.parse(readFileSync(file, 'utf8')) as {
      model: { vocab: Record<string, number>; merges: readonly (string | readonly string[])[] };
    };
    this.#ids = new Map(Object.entries(model.vocab));
    this.#ranks = new Map(
      model.merges.map((pair, rank) => [typeof pair === 'string' ? pair : pair.join(' '), rank] as const),
    );
  }

  /** Ids of a whole text with its start and its end. */
  encode(text: string): number[] {
    const clean = text.normalize('NFC').replaceAll(/\s+/gu, ' ').toLowerCase();
    const words = clean.matchAll(
      /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu,
    );
    const ids = Array.from(words).flatMap(([word]) => this.#word(word));
    return [this.#id(START), ...ids, this.#id(END)];
  }

  #word(word: string): number[] {
    if (word === START || word === END) return [this.#id(word)];
    const letters = Array.from(new TextEncoder().encode(word), byteLetter);
    let symbols = letters.map((letter, i) => (i === letters.length - 1 ? `${letter}</w>` : letter));
    for (;;) {
      let best: string | undefined;
      for (let i = 0; i + 1 < symbols.length; i++) {
        const pair = `${symbols[i]!} ${symbols[i + 1]!}`;
        if (this.#rank(pair) < (best === undefined ? Infinity : this.#rank(best))) best = pair;
      }
      if (best === undefined) return symbols.map((symbol) => this.#id(symbol));
      symbols = merged(symbols, best);
    }
  }

  #rank(pair: string): number {
    return this.#ranks.get(pair) ?? Infinity;
  }

  #id(token: string): number {
    const id = this.#ids.get(token);
    if (id === undefined) throw new Error(`no token "${token}"`);
    return id;
  }
}

function merged(symbols: readonly string[], pair: string): string[] {
  const result: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (i + 1 < symbols.length && `${symbols[i]!} ${symbols[i + 1]!}` === pair) {
      result.push(symbols[i]! + symbols[i + 1]!);
      i++;
    } else {
      result.push(symbols[i]!);
    }
  }
  return result;
}

/** A letter for each byte: itself where it can be printed, else one of those from 256 on, in order. */
function byteLetter(byte: number): string {
  const isPrintable = (value: number) =>
    (value >= 0x21 && value <= 0x7e) || (value >= 0xa1 && value <= 0xac) || (value >= 0xae && value <= 0xff);
  if (isPrintable(byte)) return String.fromCodePoint(byte);
  let before = 0;
  for (let value = 0; value < byte; value++) if (!isPrintable(value)) before++;
  return String.fromCodePoint(256 + before);
}
