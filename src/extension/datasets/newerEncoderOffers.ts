import type { DatasetState } from './datasets.ts';

export interface OfferMemory {
  /** Keys of what a person has answered. */
  readonly answered: () => readonly string[];
  readonly remember: (keys: readonly string[]) => void;
}

/** Which datasets are to be asked about: each once in a window, and never again once it was answered. */
export class NewerEncoderOffers {
  readonly #memory: OfferMemory;
  readonly #asked = new Set<string>();

  constructor(memory: OfferMemory) {
    this.#memory = memory;
  }

  /** Those that have to be asked now; they count as asked from here on. */
  due(states: readonly DatasetState[]): DatasetState[] {
    const answered = new Set(this.#memory.answered());
    return states.filter((state) => {
      const key = keyOf(state);
      if (key === undefined || answered.has(key) || this.#asked.has(key)) return false;
      this.#asked.add(key);
      return true;
    });
  }

  /** Remembers that a person has said what they want. */
  answer(state: DatasetState): void {
    const key = keyOf(state);
    if (key !== undefined) this.#memory.remember([...new Set([...this.#memory.answered(), key])]);
  }
}

export function offerText({ name, summary }: DatasetState): string {
  const { encoder, newerEncoder } = summary!;
  return `${name} was indexed with “${encoder?.name ?? 'an older encoder'}”. “${newerEncoder!.name}” is the default now: it knows more of what pictures show, for finding similar ones, maps and findings.`;
}

function keyOf({ summary }: DatasetState): string | undefined {
  return summary?.newerEncoder && `${summary.root}\n${summary.newerEncoder.id}`;
}
