import { median } from '../../core/evaluation/separation.ts';
import { RandomStream } from '../../core/random.ts';
import type { SearchTable } from '../search/vectorSearch.ts';
import { clampCosine } from './comparison.ts';

/** Images whose nearest others tell what is usual; each is a search of its own. */
const SAMPLE = 64;
const SAMPLE_STREAM = 0x6f74;

export interface Typical {
  readonly median: number;
  readonly sampled: number;
}

/** How near the images of indexes lie to each other, kept as long as an index stays as it is. */
export class TypicalNearest {
  readonly #known = new WeakMap<SearchTable, Promise<Typical>>();

  of(table: SearchTable): Promise<Typical> {
    let typical = this.#known.get(table);
    if (typical === undefined) {
      typical = measure(table);
      this.#known.set(table, typical);
      typical.catch(() => this.#known.delete(table));
    }
    return typical;
  }
}

async function measure(table: SearchTable): Promise<Typical> {
  const rows = new RandomStream(0, SAMPLE_STREAM).shuffled([...table.paths.keys()]).slice(0, SAMPLE);
  const similarities = new Float32Array(rows.length);
  for (const [i, row] of rows.entries()) similarities[i] = await nearestOther(table, row);
  return { median: median(similarities), sampled: rows.length };
}

/** The similarity of an image of the index to the nearest one of other bytes; NaN where there is none. */
export async function nearestOther(table: SearchTable, row: number): Promise<number> {
  const { scores } = await table.nearest(table.vector(row), 1, (other) => !table.sameContent(row, other));
  return scores[0] === undefined ? Number.NaN : clampCosine(scores[0]);
}
