/** The most that a row can still add, and in which round that was worked out. */
export interface Gain {
  readonly row: number;
  readonly gain: number;
  readonly round: number;
}

/** Hands out gains from the highest on; of equal ones the lowest row. A binary heap. */
export class GainHeap {
  readonly #gains: Gain[] = [];

  get size(): number {
    return this.#gains.length;
  }

  push(gain: Gain): void {
    const gains = this.#gains;
    let place = gains.length;
    gains.push(gain);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(gain, gains[parent]!)) break;
      gains[place] = gains[parent]!;
      place = parent;
    }
    gains[place] = gain;
  }

  peek(): Gain | undefined {
    return this.#gains[0];
  }

  pop(): Gain | undefined {
    const gains = this.#gains;
    const top = gains[0];
    const last = gains.pop();
    if (last === undefined || gains.length === 0) return top;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= gains.length) break;
      const right = left + 1;
      const child = right < gains.length && isBefore(gains[right]!, gains[left]!) ? right : left;
      if (!isBefore(gains[child]!, last)) break;
      gains[place] = gains[child]!;
      place = child;
    }
    gains[place] = last;
    return top;
  }
}

function isBefore(a: Gain, b: Gain): boolean {
  return a.gain > b.gain || (a.gain === b.gain && a.row < b.row);
}
