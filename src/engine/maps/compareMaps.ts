import { encoderMismatch } from '../../core/errors.ts';
import type { KeptMapName, MapRequests } from '../../protocol/maps.ts';
import type { Dataset } from '../dataset.ts';
import { mapKey } from './keptLayouts.ts';
import { encoderOf } from './mapEncoder.ts';

interface NeighborLists {
  readonly rowOf: ReadonlyMap<string, number>;
  readonly paths: readonly string[];
  readonly laidOut: number;
  readonly perRow: number;
  readonly neighbors: Int32Array;
}

/**
 * Whether two encoders find the same images alike: of each image's nearest neighbours by the one, the share that are among
 * those by the other. From the neighbours that the kept maps were laid out by, so that images placed later have none.
 * Throws encoder-mismatch where a map is gone.
 */
export function compareMaps(
  dataset: Dataset,
  below: string,
  maps: readonly [KeptMapName, KeptMapName],
  paths: readonly string[],
): MapRequests['maps/compare']['result'] {
  const [first, second] = maps.map((name) => listsOf(dataset, below, name)) as [NeighborLists, NeighborLists];
  const neighbors = Math.min(first.perRow, second.perRow);
  /** Rows of the first map, as the second one numbers them. */
  const inSecond = Int32Array.from(first.paths, (path) => second.rowOf.get(path) ?? -1);
  let [sum, known] = [0, 0];
  const agreement = Float32Array.from(paths, (path) => {
    const own = first.rowOf.get(path);
    const other = second.rowOf.get(path);
    if (own === undefined || other === undefined || own >= first.laidOut || other >= second.laidOut) return Number.NaN;
    const mine = second.neighbors.subarray(other * second.perRow, other * second.perRow + neighbors);
    let common = 0;
    for (let rank = 0; rank < neighbors; rank++) {
      const row = inSecond[first.neighbors[own * first.perRow + rank]!] ?? -1;
      if (row >= 0 && mine.includes(row)) common++;
    }
    sum += common / neighbors;
    known++;
    return common / neighbors;
  });
  return { agreement, mean: known === 0 ? Number.NaN : sum / known, neighbors };
}

function listsOf(dataset: Dataset, below: string, { identity, choice }: KeptMapName): NeighborLists {
  const { store, root } = dataset;
  const key = mapKey(encoderOf(dataset, identity), below, choice);
  const map = store.readMap(key);
  const lists = store.readMapNeighbors(key);
  if (map === undefined || lists === undefined) {
    throw encoderMismatch(`The index of ${root} doesn't keep the map that is to be compared`);
  }
  const rowOf = new Map(map.paths.map((path, row) => [path, row]));
  return { rowOf, paths: map.paths, laidOut: map.laidOut, ...lists };
}
