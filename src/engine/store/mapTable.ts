import { indexCorrupt } from '../../core/errors.ts';
import type { MapKey, StoredMap, StoredNeighbors } from './indexStore.ts';
import type { Database } from './sqlite.ts';

/** Maps of one encoder and folder that are kept: what people go back and forth between. */
const KEPT = 4;

interface MapRow {
  readonly made_at: number;
  readonly laid_out: number;
  readonly summary: string;
  readonly paths: string;
  readonly contents: Uint8Array;
  readonly positions: Uint8Array;
  readonly clusters: Uint8Array;
}

/** The maps of an index. Writing is done in the caller's transaction. */
export class MapTable {
  readonly #database: Database;
  readonly #find;
  readonly #findNeighbors;
  readonly #list;
  readonly #put;
  readonly #putNeighbors;
  readonly #extend;
  readonly #forget;

  constructor(database: Database) {
    this.#database = database;
    const ofKey = 'encoder = ? AND folder = ? AND settings = ?';
    this.#find = database.prepare<MapRow>(`SELECT * FROM maps WHERE ${ofKey}`);
    this.#findNeighbors = database.prepare<{ per_row: number; laid_out: number; neighbors: Uint8Array }>(
      `SELECT n.per_row, n.neighbors, m.laid_out FROM maps m JOIN map_neighbors n ON n.map = m.key WHERE ${ofKey}`,
    );
    this.#list = database.prepare<{ settings: string }>(
      'SELECT settings FROM maps WHERE encoder = ? AND folder = ? ORDER BY made_at DESC, key DESC',
    );
    this.#put = database.prepare<{ key: number }>(
      `INSERT INTO maps
         (encoder, folder, settings, made_at, laid_out, summary, paths, contents, positions, clusters)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key`,
    );
    this.#putNeighbors = database.prepare('INSERT INTO map_neighbors (map, per_row, neighbors) VALUES (?, ?, ?)');
    this.#extend = database.prepare(
      `UPDATE maps SET paths = ?, contents = ?, positions = ?, clusters = ? WHERE ${ofKey} AND made_at = ?`,
    );
    this.#forget = database.prepare('DELETE FROM maps WHERE encoder = ? AND folder = ? AND settings = ?');
  }

  read(key: MapKey): StoredMap | undefined {
    const row = this.#find.get(...valuesOf(key));
    if (row === undefined) return undefined;
    const map: StoredMap = {
      laidOut: row.laid_out,
      madeAt: row.made_at,
      paths: JSON.parse(row.paths) as string[],
      contentKeys: new Float64Array(copied(row.contents)),
      positions: new Float32Array(copied(row.positions)),
      clusterOf: new Int32Array(copied(row.clusters)),
      summary: row.summary,
    };
    const rows = map.paths.length;
    const isWhole =
      map.contentKeys.length === rows &&
      map.positions.length === 2 * rows &&
      map.clusterOf.length === rows &&
      map.laidOut <= rows;
    if (!isWhole) throw indexCorrupt(this.#database.location, new Error(`a map of ${rows} images is not whole`));
    return map;
  }

  readNeighbors(key: MapKey): StoredNeighbors | undefined {
    const row = this.#findNeighbors.get(...valuesOf(key));
    if (row === undefined) return undefined;
    const neighbors = new Int32Array(copied(row.neighbors));
    if (neighbors.length !== row.laid_out * row.per_row) {
      throw indexCorrupt(this.#database.location, new Error('the neighbours of a map are not whole'));
    }
    return { perRow: row.per_row, neighbors };
  }

  list(encoderKey: number, folder: string): string[] {
    return this.#list.all(encoderKey, folder).map(({ settings }) => settings);
  }

  put(key: MapKey, map: StoredMap, { perRow, neighbors }: StoredNeighbors): void {
    // Its neighbours go with it.
    this.#forget.run(...valuesOf(key));
    const { madeAt, laidOut, summary } = map;
    const row = this.#put.get(...valuesOf(key), madeAt, laidOut, summary, ...arraysOf(map));
    if (row === undefined) throw new Error('An inserted map has no key.');
    this.#putNeighbors.run(row.key, perRow, bytesOf(neighbors));
    for (const settings of this.list(key.encoderKey, key.folder).slice(KEPT)) {
      this.#forget.run(...valuesOf({ ...key, settings }));
    }
  }

  extend(key: MapKey, map: StoredMap): void {
    this.#extend.run(...arraysOf(map), ...valuesOf(key), map.madeAt);
  }
}

function valuesOf({ encoderKey, folder, settings }: MapKey): [encoder: number, folder: string, settings: string] {
  return [encoderKey, folder, settings];
}

function arraysOf({ paths, contentKeys, positions, clusterOf }: StoredMap) {
  return [JSON.stringify(paths), bytesOf(contentKeys), bytesOf(positions), bytesOf(clusterOf)] as const;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What SQLite hands out needn't lie where larger numbers may. */
function copied(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
