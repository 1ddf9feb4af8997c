import type { FilterFault, FilterSign, FilterTerm, FilterValue } from './filter.ts';

/** Thrown within the parser alone. */
class Fault extends Error {
  readonly fault: FilterFault;
  constructor(message: string, from: number, to: number) {
    super(message);
    this.fault = { message, from, to };
  }
}

interface Piece {
  readonly text: string;
  readonly isPattern: boolean;
}

/**
 * Reads a filter: `class:cat,dog -tag:done blurry<.3 path:train/** "some words"`. Terms are divided by spaces, alternatives by
 * commas; `-` before a term turns it round. In quotes `\` takes the meaning from `"`, `*` and `\`. Whether there are such
 * fields, and whether they take such values, is for who knows the images: see `matchFilter`.
 */
export function parseFilter(text: string): { readonly terms: readonly FilterTerm[] } | { readonly fault: FilterFault } {
  const terms: FilterTerm[] = [];
  try {
    const reader = new Reader(text);
    for (let term = reader.term(); term !== undefined; term = reader.term()) terms.push(term);
    return { terms };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.fault };
    throw error;
  }
}

/** Goes through a text from its beginning. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  term(): FilterTerm | undefined {
    this.#skipSpace();
    if (this.#at >= this.#text.length) return undefined;
    const from = this.#at;
    const negated = this.#take('-');
    if (negated && this.#isAtEnd()) {
      throw new Fault(
        '“-” stands alone; write it right before what is to be left out, such as -tag:done.',
        from,
        from + 1,
      );
    }
    const isMark = this.#text[this.#at] === ',' || this.#sign() !== undefined;
    if (isMark)
      throw this.#fault(from, 'begins with a sign; write what it is about before it, such as class:cat or blurry<.3');
    const first = this.#piece(from, /[\s,:<>=]/);
    const hasField = this.#text[this.#at] === ':' || this.#sign() !== undefined;
    if (!hasField) return { field: undefined, negated, values: this.#values(from, valueOf(first)), from, to: this.#at };
    const isColon = this.#take(':');
    const field = first.text;
    if (field === '') throw this.#fault(from, 'has no name before its value; write one, such as class:cat');
    return { field, negated, values: this.#values(from, this.#value(from, isColon)), from, to: this.#at };
  }

  /** The alternatives, of which the first is known. */
  #values(from: number, first: FilterValue): FilterValue[] {
    const values = [first];
    while (this.#take(',')) values.push(this.#value(from, true));
    if (!this.#isAtEnd()) throw this.#fault(from, 'goes on after a closing quote; write a space there');
    return values;
  }

  #value(from: number, isBare: boolean): FilterValue {
    const sign = this.#sign() ?? '=';
    // A sign with nothing before it but a colon or a comma is one too: `blurry:<.3`.
    if (!isBare || this.#sign() !== undefined) this.#at += sign.length;
    if (this.#isAtEnd() || this.#text[this.#at] === ',') {
      throw this.#fault(from, 'says no value; write one after it, such as class:cat or blurry<.3');
    }
    return { ...valueOf(this.#piece(from, /[\s,]/)), sign };
  }

  #sign(): FilterSign | undefined {
    const found = /^[<>]?=|^[<>]/.exec(this.#text.slice(this.#at, this.#at + 2));
    return found?.[0] as FilterSign | undefined;
  }

  /** Quoted or up to one of the characters that end it. */
  #piece(from: number, end: RegExp): Piece {
    if (this.#text[this.#at] === '"') return this.#quoted(from);
    let text = '';
    for (; this.#at < this.#text.length && !end.test(this.#text[this.#at]!); this.#at++) text += this.#text[this.#at]!;
    return { text, isPattern: text.includes('*') };
  }

  #quoted(from: number): Piece {
    let text = '';
    let isPattern = false;
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      const character = this.#text[i]!;
      if (character === '"') {
        this.#at = i + 1;
        return { text, isPattern };
      }
      const next = this.#text[i + 1];
      if (character === '\\' && next !== undefined && '"*\\'.includes(next)) {
        text += next;
        i++;
      } else {
        text += character;
        isPattern ||= character === '*';
      }
    }
    const whole = this.#text.slice(from).trimEnd();
    throw new Fault(`The quote in “${whole}” isn't closed; write " at its end.`, from, this.#text.length);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#text.length || /\s/.test(this.#text[this.#at]!);
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text[this.#at]!)) this.#at++;
  }

  /** About the term that begins at `from`, up to the next space. */
  #fault(from: number, what: string): Fault {
    const length = this.#text.slice(this.#at).search(/\s|$/);
    const to = this.#at + length;
    return new Fault(`“${this.#text.slice(from, to)}” ${what}.`, from, to);
  }
}

function valueOf({ text, isPattern }: Piece): FilterValue {
  return { sign: '=', text, isPattern };
}
