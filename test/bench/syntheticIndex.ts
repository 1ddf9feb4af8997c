import { mkdirSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { EncoderCard } from '../../src/core/encoders/card.ts';
import { orientedPlaces } from '../../src/core/curation/samePicture.ts';
import { HASH_EDGE } from '../../src/core/images/perceptualHash.ts';
import { RandomStream } from '../../src/core/random.ts';
import { encodeImage } from '../../src/engine/images/codec.ts';
import { MEASURES_VERSION } from '../../src/engine/images/imageMeasures.ts';
import { meta } from '../../src/engine/indexing/meta.ts';
import type { IndexStore } from '../../src/engine/store/indexStore.ts';
import { encoderCard } from '../cards.ts';

const CLASSES = 200;
/** Groups within a class, whose images are closer to each other. */
const GROUPS = 10;
/** Of a hundred images: byte for byte the one before, its pixels in another file, edited, turned. */
type Copy = 'exact' | 'pixels' | 'edited' | 'turned';
const IDENTITY = 'synthetic';

/**
 * An index as a folder of images would have it, with copies planted, without the images: written straight into the store.
 * Files are there only where their pixels may be compared.
 */
export class SyntheticIndex {
  readonly #store: IndexStore;
  readonly #dim: number;
  readonly #encoderKey: number;
  readonly #centres: Float32Array[] = [];
  readonly #thumbnails: Uint8Array[] = [];
  #made = 0;

  constructor(store: IndexStore, dim: number) {
    this.#store = store;
    this.#dim = dim;
    this.#encoderKey = store.putEncoder(IDENTITY, encoderCard(IDENTITY, dim));
    store.transaction(() => {
      store.writeMeta(meta.encoder, IDENTITY);
      store.writeMeta(meta.encoderReference, IDENTITY);
    });
  }

  /** Adds so many images. */
  async add(count: number): Promise<void> {
    await this.#prepare();
    const end = this.#made + count;
    while (this.#made < end) {
      const files = new Map<string, Uint8Array>();
      for (let i = this.#made; i < Math.min(end, this.#made + 1000); i++) await this.#writeFiles(i, files);
      this.#store.transaction(() => {
        for (let i = 0; i < 1000 && this.#made < end; i++) this.#put(this.#made++, files);
      });
    }
  }

  /** Gives every image a vector of one more encoder, which is not the index's own until it is chosen. */
  addEncoder(identity: string, card: EncoderCard): void {
    const encoderKey = this.#store.putEncoder(identity, card);
    const contents = this.#store.contentsWithoutVector(encoderKey);
    for (let start = 0; start < contents.length; start += 1000) {
      this.#store.transaction(() => {
        for (const { contentKey } of contents.slice(start, start + 1000)) {
          const vector = unit(gaussian(new RandomStream(6, contentKey), card.output.dim));
          this.#store.putVector(contentKey, encoderKey, vector);
        }
      });
    }
  }

  /** Takes some of the images away. */
  remove(count: number): void {
    const paths = [...this.#store.readFiles().keys()];
    const step = Math.floor(paths.length / count);
    this.#store.transaction(() => {
      this.#store.removeFiles(Array.from({ length: count }, (_, i) => paths[i * step]!));
    });
  }

  async #prepare(): Promise<void> {
    if (this.#centres.length > 0) return;
    const random = new RandomStream(1, 0);
    for (let i = 0; i < CLASSES; i++) this.#centres.push(unit(gaussian(random, this.#dim)));
    for (let i = 0; i < CLASSES * GROUPS; i++) {
      const centre = this.#centres[Math.floor(i / GROUPS)]!;
      this.#centres.push(blend(centre, gaussian(random, this.#dim), 0.55));
    }
    for (let i = 0; i < 64; i++) {
      const grey = greyPicture(new RandomStream(2, i));
      const rgb = Uint8Array.from({ length: 3 * grey.length }, (_, j) => grey[Math.floor(j / 3)]!);
      this.#thumbnails.push(await encodeImage(rgb, HASH_EDGE, HASH_EDGE, { format: 'webp', quality: 80 }));
    }
  }

  /** Two files of the same pixels. */
  async #writeFiles(i: number, files: Map<string, Uint8Array>): Promise<void> {
    if (planted(i) !== 'pixels') return;
    const grey = greyPicture(new RandomStream(3, i - 1));
    const rgb = Uint8Array.from({ length: 3 * grey.length }, (_, j) => grey[Math.floor(j / 3)]!);
    for (const [place, format] of [
      [i - 1, 'png'],
      [i, 'webp'],
    ] as const) {
      const path = join(this.#store.root, pathOf(place));
      mkdirSync(join(path, '..'), { recursive: true });
      const bytes = await encodeImage(rgb, HASH_EDGE, HASH_EDGE, { format });
      writeFileSync(path, bytes);
      files.set(pathOf(place), bytes);
    }
  }

  #put(i: number, files: ReadonlyMap<string, Uint8Array>): void {
    const kind = planted(i);
    const source = kind === undefined ? i : i - 1;
    const own = kind === 'exact' ? source : i;
    const random = new RandomStream(4, own);
    const hasFile = files.has(pathOf(own)) || planted(own + 1) === 'pixels';
    const edge = hasFile ? HASH_EDGE : 400 + Math.floor(200 * random.uniform());
    const contentKey = this.#store.putContent({
      id: hash('sha256', `image ${own}`),
      ...{ width: edge, height: hasFile ? edge : 533, format: 'jpeg', problem: undefined },
      thumbnail: this.#thumbnails[own % this.#thumbnails.length]!,
    });
    const grey = greyPicture(new RandomStream(3, source));
    if (kind === 'edited') for (let j = 0; j < grey.length; j++) grey[j] = 0.9 * grey[j]! + 12 + 3 * random.normal();
    const turned = kind === 'turned' ? Uint8Array.from(orientedPlaces(HASH_EDGE, 5), (place) => grey[place]!) : grey;
    const quality = {
      ...{ dark: 0.3 + 0.7 * random.uniform(), light: random.uniform(), blurry: 0.25 + 0.7 * random.uniform() },
      ...{ lowInformation: 0.28 + 0.6 * random.uniform(), grayscale: random.uniform() < 0.01 },
    };
    this.#store.putMeasures(contentKey, MEASURES_VERSION, { quality, grey: turned });
    this.#store.putVector(contentKey, this.#encoderKey, this.#vector(source, kind === undefined ? 0 : 0.1, random));
    const at = Date.now();
    this.#store.putFile({
      path: pathOf(i),
      size: 40_000 + i,
      modifiedAt: at,
      indexedAt: at,
      contentKey,
      problem: undefined,
    });
  }

  #vector(source: number, change: number, random: RandomStream): Float32Array {
    const own = new RandomStream(5, source);
    const group = CLASSES + classOf(source) * GROUPS + Math.floor(GROUPS * own.uniform());
    const vector = blend(this.#centres[group]!, gaussian(own, this.#dim), 0.55 + 0.25 * own.uniform());
    return change === 0 ? vector : blend(vector, gaussian(random, this.#dim), change);
  }
}

function planted(i: number): Copy | undefined {
  const place = i % 100;
  if (place === 1) return 'exact';
  if (place === 21) return 'pixels';
  if (place === 41) return 'edited';
  return place === 61 ? 'turned' : undefined;
}

/** Copies are of the class of their original; one of twenty is in the test split. */
function pathOf(i: number): string {
  const source = planted(i) === undefined ? i : i - 1;
  return `${i % 20 === 1 ? 'test' : 'train'}/class${classOf(source)}/${i}.jpg`;
}

function classOf(i: number): number {
  return Math.imul(i, 7919) % CLASSES;
}

function gaussian(random: RandomStream, dim: number): Float32Array {
  const vector = new Float32Array(dim);
  for (let i = 0; i < dim; i++) vector[i] = random.normal();
  return vector;
}

function unit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return vector.map((value) => value / Math.sqrt(sum));
}

/** @param share of the other direction */
function blend(vector: Float32Array, other: Float32Array, share: number): Float32Array {
  const direction = unit(other);
  return unit(vector.map((value, i) => Math.sqrt(1 - share * share) * value + share * direction[i]!));
}

/** Waves of few frequencies, and some noise: as much structure as a photograph has at this size. */
function greyPicture(random: RandomStream): Uint8Array {
  const waves = Array.from({ length: 8 }, () => ({
    ...{ u: 14 * random.uniform() - 7, v: 14 * random.uniform() - 7, phase: 2 * Math.PI * random.uniform() },
    height: 10 + 25 * random.uniform(),
  }));
  return Uint8Array.from({ length: HASH_EDGE ** 2 }, (_, i) => {
    const [x, y] = [(i % HASH_EDGE) / HASH_EDGE, Math.floor(i / HASH_EDGE) / HASH_EDGE];
    let level = 128 + 4 * random.normal();
    for (const { u, v, phase, height } of waves) level += height * Math.sin(2 * Math.PI * (u * x + v * y) + phase);
    return Math.max(0, Math.min(255, level));
  });
}
