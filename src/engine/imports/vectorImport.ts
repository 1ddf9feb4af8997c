import { basename } from 'node:path';
import type { LikenessError } from '../../core/errors.ts';
import {
  vectorsInvalid,
  vectorsOfOtherLength,
  vectorsRepeated,
  vectorsWithoutLength,
} from '../../core/imports/importErrors.ts';
import { unitVector } from '../../core/imports/importRow.ts';
import type { Dataset } from '../dataset.ts';
import { encoderId } from '../encoders/identity.ts';
import { importedCard, unfinishedKey } from '../encoders/importedEncoders.ts';

export interface ImportedVectors {
  /** Undefined where none of the vectors is one. */
  readonly encoder: { readonly id: string; readonly dim: number; readonly images: number } | undefined;
  readonly notices: readonly LikenessError[];
}

/** Vectors on their way into an index, as an encoder of their own, which nobody sees before they are all there. */
export class VectorImport {
  readonly #dataset: Dataset;
  readonly #source: { readonly name: string; readonly file: string; readonly identity: string };
  readonly #contentOf: ReadonlyMap<string, number>;
  #wasThere: boolean;
  #key: number | undefined;
  #dim = 0;
  /** Vectors of that many numbers. */
  #ofLength = 0;
  /** By content: a number that tells vectors apart. */
  readonly #put = new Map<number, number>();
  readonly #repeated = new Set<string>();
  readonly #invalid: string[] = [];
  readonly #otherLength: { readonly path: string; readonly length: number }[] = [];

  constructor(dataset: Dataset, source: { readonly name: string; readonly file: string; readonly identity: string }) {
    const { store } = dataset;
    this.#dataset = dataset;
    this.#source = source;
    const contents = [...store.readFiles()].flatMap(([path, { contentKey }]) =>
      contentKey === undefined ? [] : [[path, contentKey] as const],
    );
    this.#contentOf = new Map(contents);
    this.#wasThere =
      store.readEncoders().some(({ identity }) => identity === source.identity) &&
      store.readMeta(unfinishedKey(source.identity)) === undefined;
  }

  /** Of images of the dataset. */
  put(rows: readonly { readonly path: string; readonly vector: ArrayLike<number> }[]): void {
    const { store } = this.#dataset;
    if (rows.length === 0) return;
    store.transaction(() => {
      this.#key ??= this.#begin(usualLength(rows));
      for (const { path, vector } of rows) {
        const content = this.#contentOf.get(path);
        if (vector.length !== this.#dim) {
          this.#otherLength.push({ path, length: vector.length });
          continue;
        }
        this.#ofLength++;
        if (content !== undefined) this.#putOne(path, content, vector);
      }
    });
  }

  #putOne(path: string, content: number, vector: ArrayLike<number>): void {
    const unit = unitVector(vector);
    if (unit === undefined) {
      this.#invalid.push(path);
      return;
    }
    const mark = markOf(unit);
    const before = this.#put.get(content);
    if (before !== undefined && before !== mark) this.#repeated.add(path);
    this.#put.set(content, mark);
    this.#dataset.store.putVector(content, this.#key!, unit);
  }

  #begin(dim: number): number {
    const { store } = this.#dataset;
    const { name, file, identity } = this.#source;
    this.#dim = dim;
    // Of the same file with another length, as when what is usual was told by the first vector.
    const other = store.readEncoders().find((own) => own.identity === identity && own.card.output.dim !== dim);
    if (other !== undefined) {
      store.removeEncoder(other.key);
      this.#wasThere = false;
    }
    if (!this.#wasThere) store.writeMeta(unfinishedKey(identity), String(Date.now()));
    return store.putEncoder(identity, importedCard(encoderId(name, identity), name, basename(file), identity, dim));
  }

  /** Undefined where there were none. Throws usage where most are of another length than the first ones. */
  finish(): ImportedVectors | undefined {
    const { store } = this.#dataset;
    const { name, file, identity } = this.#source;
    if (this.#key === undefined) return undefined;
    if (this.#otherLength.length > this.#ofLength) {
      throw vectorsWithoutLength(file, this.#dim, this.#ofLength, this.#otherLength.length);
    }
    const isThere = this.#wasThere || this.#put.size > 0;
    if (isThere) store.writeMeta(unfinishedKey(identity), undefined);
    else this.discard();
    const [[invalid], [other], [repeated]] = [this.#invalid, this.#otherLength, [...this.#repeated]];
    return {
      encoder: isThere
        ? { id: encoderId(name, identity), dim: this.#dim, images: store.countEmbedded(this.#key) }
        : undefined,
      notices: [
        ...(invalid === undefined ? [] : [vectorsInvalid(this.#invalid.length, invalid)]),
        ...(other === undefined
          ? []
          : [vectorsOfOtherLength(this.#otherLength.length, other.path, other.length, this.#dim)]),
        ...(repeated === undefined ? [] : [vectorsRepeated(this.#repeated.size, repeated)]),
      ],
    };
  }

  /** Takes away what isn't all; vectors that were imported before stay. */
  discard(): void {
    if (this.#key === undefined || this.#wasThere) return;
    const { store } = this.#dataset;
    store.removeEncoder(this.#key);
    store.writeMeta(unfinishedKey(this.#source.identity), undefined);
  }
}

/** The length that most vectors have, of equally many the first one's. */
function usualLength(rows: readonly { readonly vector: ArrayLike<number> }[]): number {
  const counts = new Map<number, number>();
  for (const { vector } of rows) counts.set(vector.length, (counts.get(vector.length) ?? 0) + 1);
  return [...counts].reduce((usual, own) => (own[1] > usual[1] ? own : usual))[0];
}

/** Of a vector's bits: equal for equal ones, and hardly ever for others. */
function markOf(vector: Float32Array): number {
  let mark = 2166136261;
  for (const bits of new Uint32Array(vector.buffer, vector.byteOffset, vector.length)) {
    mark = Math.imul(mark ^ bits, 16777619);
  }
  return mark;
}
