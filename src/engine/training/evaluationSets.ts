import type { EncoderInput } from '../../core/encoders/card.ts';
import { pictureGroups } from '../../core/images/pictureGroups.ts';
import { RandomStream } from '../../core/random.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import type { EvaluationSet } from './evaluation.ts';
import type { DecodedTrainingImage } from './trainingImages.ts';

/** At most `count` of them, chosen by the seed. */
export function sample<T>(entries: readonly T[], count: number, seed: number): readonly T[] {
  return entries.length <= count ? entries : new RandomStream(seed).shuffled(entries).slice(0, count);
}

/** Sets whose groups of duplicates reach from one to the other. */
export function evaluationSets(
  collectors: readonly EvaluationCollector[],
  classes: readonly string[],
  size: number,
): EvaluationSet[] {
  const pixels = collectors.map((collector) => collector.pixels());
  const counts = collectors.map(({ count }) => count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const groups = pictureGroups(concatenated(pixels), total, size);
  let start = 0;
  return collectors.map(({ count, labels }, i) => {
    const set = {
      pixels: pixels[i]!,
      count,
      labels: Int32Array.from(labels, (label) => classes.indexOf(label)),
      groups: groups.slice(start, start + count),
      classes,
    };
    start += count;
    return set;
  });
}

/** Gathers pictures at an encoder's size. */
export class EvaluationCollector {
  readonly #input: EncoderInput;
  readonly #entries: { readonly pixels: Uint8Array; readonly label: string }[];

  constructor(input: EncoderInput, entries: readonly { readonly pixels: Uint8Array; readonly label: string }[] = []) {
    this.#input = input;
    this.#entries = [...entries];
  }

  get count(): number {
    return this.#entries.length;
  }

  get labels(): readonly string[] {
    return this.#entries.map(({ label }) => label);
  }

  async add({ pixels, image }: DecodedTrainingImage): Promise<void> {
    this.#entries.push({ pixels: await encoderPixels(pixels, this.#input), label: image.label! });
  }

  /** At most `count` of them, chosen by the seed. */
  sample(count: number, seed: number): EvaluationCollector {
    return new EvaluationCollector(this.#input, sample(this.#entries, count, seed));
  }

  /** All pictures, one after another. */
  pixels(): Uint8Array {
    return concatenated(this.#entries.map(({ pixels }) => pixels));
  }
}

/** Not a `Buffer`, whose `slice` shares its memory. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
