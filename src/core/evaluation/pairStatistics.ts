import type { PairBlock } from '../neighbors/pairBlocks.ts';
import { ExtremePairs } from './extremePairs.ts';
import type { Histogram } from './separation.ts';

/** Counters of all classes together: 32 MiB of them. */
const COUNTERS = 2 ** 21;
const MOST_BINS = 8192;
const MOST_COUNTED = 2 ** 32 - 1;

/**
 * What all pairs of a set of labelled vectors say, in one pass: distributions of similarity within and between classes, of all
 * classes together and of each, and the pairs that stand out. Similarities are counted in bins of at most a four-thousandth
 * with up to 256 classes; what is told of distributions is exact to a bin.
 */
export class PairStatistics {
  readonly #classOf: Int32Array;
  readonly #bins: number;
  /** `classes × bins`: pairs within each class; and pairs of one of its members with one of another class. */
  readonly #within: Float64Array;
  readonly #between: Float64Array;
  /** Pairs with an image of no class. */
  readonly #other: Float64Array;
  readonly #classes: number;
  #sumWithin = 0;
  #sumBetween = 0;
  /** Of different classes; of the same one; and with an image of no class. */
  readonly mostBetween: ExtremePairs;
  readonly leastWithin: ExtremePairs;
  readonly mostUnlabelled: ExtremePairs;

  /**
   * @param classOf of each row, from 0; −1 for none
   * @param listed how many pairs that stand out are kept
   */
  constructor(classOf: Int32Array, classes: number, listed: number) {
    this.#classOf = classOf;
    this.#classes = classes;
    this.#bins = Math.max(64, Math.min(MOST_BINS, 2 ** Math.floor(Math.log2(COUNTERS / Math.max(1, classes)))));
    this.#within = new Float64Array(classes * this.#bins);
    this.#between = new Float64Array(classes * this.#bins);
    this.#other = new Float64Array(this.#bins);
    this.mostBetween = new ExtremePairs(listed, 'most');
    this.leastWithin = new ExtremePairs(listed, 'least');
    this.mostUnlabelled = new ExtremePairs(listed, 'most');
  }

  add({ products, start, end, tile, tileEnd }: PairBlock): void {
    const bins = this.#bins;
    const [classOf, within, between, other] = [this.#classOf, this.#within, this.#between, this.#other];
    const { mostBetween, leastWithin, mostUnlabelled } = this;
    let [sumWithin, sumBetween] = [0, 0];
    const scale = bins / 2;
    const width = tileEnd - tile;
    for (let row = start; row < end; row++) {
      const offset = (row - start) * width - tile;
      const own = classOf[row]!;
      for (let column = Math.max(tile, row + 1); column < tileEnd; column++) {
        const similarity = products[offset + column]!;
        const bin = Math.max(0, Math.min(bins - 1, ((similarity + 1) * scale) | 0));
        const its = classOf[column]!;
        if (own < 0 || its < 0) {
          other[bin]!++;
          if (similarity >= mostUnlabelled.threshold) mostUnlabelled.offer(row, column, similarity);
        } else if (own === its) {
          within[own * bins + bin]!++;
          sumWithin += similarity;
          if (similarity <= leastWithin.threshold) leastWithin.offer(row, column, similarity);
        } else {
          between[own * bins + bin]!++;
          between[its * bins + bin]!++;
          sumBetween += similarity;
          if (similarity >= mostBetween.threshold) mostBetween.offer(row, column, similarity);
        }
      }
    }
    this.#sumWithin += sumWithin;
    this.#sumBetween += sumBetween;
  }

  /** NaN where there are no pairs. */
  get meanWithin(): number {
    return this.#sumWithin / this.within.total;
  }

  get meanBetween(): number {
    return this.#sumBetween / this.between.total;
  }

  /** Of all classes: pairs within one, and pairs of two. */
  get within(): Distribution {
    return new Distribution(this.#summed(this.#within, 1));
  }

  get between(): Distribution {
    // Each pair was counted with both of its classes.
    return new Distribution(this.#summed(this.#between, 0.5));
  }

  get all(): Distribution {
    const counts = this.#other.slice();
    [this.within, this.between].forEach((part) => {
      part.counts.forEach((count, bin) => (counts[bin]! += count));
    });
    return new Distribution(counts);
  }

  withinClass(name: number): Distribution {
    return new Distribution(this.#within.subarray(name * this.#bins, (name + 1) * this.#bins));
  }

  /** Of members of a class with those of all others. */
  aroundClass(name: number): Distribution {
    return new Distribution(this.#between.subarray(name * this.#bins, (name + 1) * this.#bins));
  }

  #summed(counts: Float64Array, factor: number): Float64Array {
    const sum = new Float64Array(this.#bins);
    for (let name = 0; name < this.#classes; name++) {
      for (let bin = 0; bin < this.#bins; bin++) sum[bin]! += factor * counts[name * this.#bins + bin]!;
    }
    return sum;
  }
}

/** Counts of similarities in equal bins from −1 to 1. */
export class Distribution {
  readonly counts: Float64Array;
  readonly total: number;

  constructor(counts: Float64Array) {
    this.counts = counts;
    this.total = counts.reduce((sum, count) => sum + count, 0);
  }

  /** The similarity that a share of the pairs stays below, as the lower end of its bin; NaN where there are none. */
  quantile(share: number): number {
    if (this.total === 0) return Number.NaN;
    let seen = 0;
    for (let bin = 0; bin < this.counts.length; bin++) {
      seen += this.counts[bin]!;
      if (seen > 0 && seen >= share * this.total) return this.#lowEnd(bin);
    }
    return 1;
  }

  /**
   * In coarser bins, where they are so many that 32 bits can't count them in proportion. Values outside of the range count in
   * the outermost ones.
   */
  histogram(low: number, high: number, bins: number): Histogram {
    const counts = new Float64Array(bins);
    this.counts.forEach((count, bin) => {
      if (count === 0) return;
      const middle = this.#lowEnd(bin) + 1 / this.counts.length;
      const place = Math.floor(((middle - low) / (high - low)) * bins);
      counts[Math.max(0, Math.min(bins - 1, place))]! += count;
    });
    const most = counts.reduce((highest, count) => Math.max(highest, count), 0);
    const divisor = Math.max(1, most / MOST_COUNTED);
    return { low, high, counts: Uint32Array.from(counts, (count) => count / divisor) };
  }

  #lowEnd(bin: number): number {
    return -1 + (2 * bin) / this.counts.length;
  }
}

/**
 * The probability that a random one of `positives` is above a random one of `negatives`, those in the same bin counting half
 * (the area under the ROC curve). 0.5 where they are alike; NaN where either is empty.
 */
export function separationOf(positives: Distribution, negatives: Distribution): number {
  let [below, sum] = [0, 0];
  positives.counts.forEach((count, bin) => {
    const negative = negatives.counts[bin]!;
    sum += count * (below + negative / 2);
    below += negative;
  });
  return sum / (positives.total * negatives.total);
}
