import { mapColumns, type MapColumn, type MapColumnInfo } from '../../protocol/embeddingMap.ts';
import type { ImageColumn, MapCluster } from '../../protocol/maps.ts';

/** The columns that come first, in this order; others follow as the engine tells them. */
const order: readonly string[] = [
  mapColumns.class,
  mapColumns.split,
  mapColumns.cluster,
  mapColumns.tag,
  mapColumns.excluded,
  mapColumns.similarity,
  mapColumns.agreement,
];

interface Held {
  readonly column: ImageColumn;
  readonly revision: number;
}

/** What is known of the images of the map, one value a row. */
export class ColumnSet {
  readonly #columns = new Map<string, Held>();
  #revision = 0;

  get infos(): MapColumnInfo[] {
    const place = ({ id }: MapColumnInfo) => (order.includes(id) ? order.indexOf(id) : order.length);
    return [...this.#columns.values()]
      .map(({ column: { id, name, kind, unit }, revision }) => ({ id, name, kind, unit, revision }))
      .sort((a, b) => place(a) - place(b));
  }

  has(id: string): boolean {
    return this.#columns.has(id);
  }

  get(id: string): MapColumn | undefined {
    const held = this.#columns.get(id);
    if (held === undefined) return undefined;
    const { column, revision } = held;
    return column.kind === 'category'
      ? { id, kind: 'category', revision, names: column.names, codes: column.codes }
      : { id, kind: 'number', revision, values: column.values };
  }

  /** What a row says, of a column of names. */
  nameOf(id: string, row: number): string | undefined {
    const column = this.#columns.get(id)?.column;
    return column?.kind === 'category' ? column.names[column.codes[row] ?? -1] : undefined;
  }

  /** Keeps a column in place of the one of its id; arrays are copied out of the message that they came with. */
  put(column: ImageColumn): void {
    this.#revision++;
    const own =
      column.kind === 'category'
        ? { ...column, codes: new Int32Array(column.codes) }
        : { ...column, values: new Float32Array(column.values) };
    this.#columns.set(column.id, { column: own, revision: this.#revision });
  }

  /** Puts all that the engine tells of the images, and takes away what it doesn't tell any more. */
  putAll(columns: readonly ImageColumn[]): void {
    const own: readonly string[] = [mapColumns.cluster, mapColumns.similarity, mapColumns.agreement];
    for (const id of [...this.#columns.keys()]) if (!own.includes(id)) this.#columns.delete(id);
    for (const column of columns) this.put(column);
  }

  remove(id: string): void {
    this.#columns.delete(id);
  }

  /** Rows stand for other images: nothing that was known is about them. */
  clear(): void {
    this.#columns.clear();
  }
}

/** The clusters of a map as a column. */
export function clusterColumn(clusters: readonly MapCluster[], codes: Int32Array): ImageColumn {
  return {
    id: mapColumns.cluster,
    name: 'Cluster',
    unit: '',
    kind: 'category',
    names: clusters.map(({ name }) => name),
    codes,
  };
}

export function similarityColumn(values: Float32Array): ImageColumn {
  return { id: mapColumns.similarity, name: 'Similarity', unit: '', kind: 'number', values };
}

export function agreementColumn(values: Float32Array): ImageColumn {
  return { id: mapColumns.agreement, name: 'Neighbours kept', unit: '', kind: 'number', values };
}
