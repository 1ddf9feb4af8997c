import { indexCorrupt } from '../../core/errors.ts';
import type { EmbeddedImage, MatrixAllocator, VectorBlock, VectorTable } from './indexStore.ts';
import type { Database } from './sqlite.ts';

const FROM_EMBEDDED_FILES = `
  FROM files f
  JOIN vectors v ON v.content = f.content AND v.encoder = ? AND v.vector IS NOT NULL
  JOIN contents c ON c.key = f.content AND c.problem_code IS NULL`;

/** Reads the vectors of one encoder into one matrix. */
export class VectorReader {
  readonly #database: Database;
  readonly #count;
  readonly #rows;
  readonly #vectors;
  readonly #vector;
  readonly #block;
  readonly #contents;

  constructor(database: Database) {
    this.#database = database;
    this.#count = database.prepare<{ count: number }>(`SELECT count(*) AS count ${FROM_EMBEDDED_FILES}`);
    this.#rows = database.prepareTuples<readonly [path: string, content: number]>(
      `SELECT f.path, f.content ${FROM_EMBEDDED_FILES} ORDER BY f.path`,
    );
    this.#vectors = database.prepareTuples<readonly [content: number, vector: Uint8Array]>(
      'SELECT content, vector FROM vectors WHERE encoder = ? AND vector IS NOT NULL',
    );
    this.#vector = database.prepareTuples<readonly [vector: Uint8Array]>(
      'SELECT vector FROM vectors WHERE content = ? AND encoder = ? AND vector IS NOT NULL',
    );
    this.#block = database.prepareTuples<readonly [content: number, vector: Uint8Array]>(
      `SELECT content, vector FROM vectors WHERE encoder = ? AND vector IS NOT NULL AND content > ?
       ORDER BY content LIMIT ?`,
    );
    this.#contents = database.prepare<{ count: number }>(
      'SELECT count(*) AS count FROM vectors WHERE encoder = ? AND vector IS NOT NULL',
    );
  }

  /** Contents with a vector of this encoder, whether or not there is still a file of them. */
  countContents(encoderKey: number): number {
    return this.#contents.get(encoderKey)?.count ?? 0;
  }

  one(contentKey: number, encoderKey: number, dim: number): Float32Array | undefined {
    const row = this.#vector.get(contentKey, encoderKey);
    return row && this.#numbersOf(row[0], dim).slice();
  }

  block(encoderKey: number, dim: number, after: number, count: number): VectorBlock {
    const rows = this.#block.all(encoderKey, after, count);
    const vectors = new Float32Array(rows.length * dim);
    rows.forEach(([, vector], i) => {
      vectors.set(this.#numbersOf(vector, dim), i * dim);
    });
    return { contentKeys: Float64Array.from(rows, ([content]) => content), vectors };
  }

  #numbersOf(vector: Uint8Array, dim: number): Float32Array {
    const length = dim * Float32Array.BYTES_PER_ELEMENT;
    if (vector.length !== length) {
      throw indexCorrupt(this.#database.location, new Error(`a vector of ${vector.length} bytes, not ${length}`));
    }
    const bytes = vector.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0 ? vector : vector.slice();
    return new Float32Array(bytes.buffer, bytes.byteOffset, dim);
  }

  /** Files whose content has a vector of this encoder. */
  count(encoderKey: number): number {
    return this.#count.get(encoderKey)?.count ?? 0;
  }

  /** The same files by path, without their vectors. */
  images(encoderKey: number): EmbeddedImage[] {
    return this.#rows.all(encoderKey).map(([path, contentKey]) => ({ path, contentKey }));
  }

  /** All rows, by path. The matrix is allocated once; each content's blob is read once, in the order it lies on disk. */
  read(
    encoderKey: number,
    dim: number,
    readRevision: () => number,
    allocate: MatrixAllocator = plainMatrix,
  ): VectorTable {
    return this.#database.snapshot(() => {
      const revision = readRevision();
      const count = this.count(encoderKey);
      const paths = new Array<string>(count);
      const contentKeys = new Float64Array(count);
      /** The first row of each content, and for every row the next one of equal content. */
      const firstRow = new Map<number, number>();
      const nextRow = new Int32Array(count).fill(-1);
      let row = 0;
      for (const [path, content] of this.#rows.iterate(encoderKey)) {
        paths[row] = path;
        contentKeys[row] = content;
        nextRow[row] = firstRow.get(content) ?? -1;
        firstRow.set(content, row++);
      }
      const matrix = allocate(count, dim);
      const bytes = new Uint8Array(matrix.buffer, matrix.byteOffset, matrix.byteLength);
      const rowBytes = dim * Float32Array.BYTES_PER_ELEMENT;
      for (const [content, vector] of this.#vectors.iterate(encoderKey)) {
        if (vector.length !== rowBytes) {
          throw indexCorrupt(this.#database.location, new Error(`a vector of ${vector.length} bytes, not ${rowBytes}`));
        }
        for (let i = firstRow.get(content) ?? -1; i >= 0; i = nextRow[i]!) bytes.set(vector, i * rowBytes);
      }
      return { paths, contentKeys, matrix, dim, revision };
    });
  }
}

function plainMatrix(rows: number, dim: number): Float32Array {
  return new Float32Array(rows * dim);
}
