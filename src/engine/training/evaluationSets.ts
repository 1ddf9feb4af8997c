import type { EncoderInput } from '../../core/encoders/card.ts';
import { pictureGroups } from '../../core/images/pictureGroups.ts';
import { RandomStream } from '../../core/random.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import type { EvaluationSet } from './evaluation.ts';
import { showsDuplicates, TINY, tinyInput } from './tinyPictures.ts';
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
  const tiny = collectors.flatMap((collector) => collector.tiny() ?? []);
  const groups =
    tiny.length > 0 ? pictureGroups(concatenated(tiny), total, TINY) : pictureGroups(concatenated(pixels), total, size);
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

interface Entry {
  readonly pixels: Uint8Array;
  readonly label: string;
  /** Where duplicates can't be found by `pixels`. */
  readonly tiny: Uint8Array | undefined;
}

/** Gathers pictures at an encoder's size. */
export class EvaluationCollector {
  readonly #input: EncoderInput;
  readonly #entries: Entry[];

  constructor(input: EncoderInput, entries: readonly Entry[] = []) {
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
    const tiny = showsDuplicates(this.#input) ? undefined : await encoderPixels(pixels, tinyInput(this.#input));
    this.#entries.push({ pixels: await encoderPixels(pixels, this.#input), label: image.label!, tiny });
  }

  /** At most `count` of them, chosen by the seed. */
  sample(count: number, seed: number): EvaluationCollector {
    return new EvaluationCollector(this.#input, sample(this.#entries, count, seed));
  }

  /** All pictures, one after another. */
  pixels(): Uint8Array {
    return concatenated(this.#entries.map(({ pixels }) => pixels));
  }

  /** Those by which duplicates are found, all after another; undefined where that is done by `pixels`. */
  tiny(): Uint8Array | undefined {
    const parts = this.#entries.flatMap(({ tiny }) => tiny ?? []);
    return parts.length > 0 ? concatenated(parts) : undefined;
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
