import type { EngineCaller } from '../engine/engineClient.ts';
import { withWord, type Row } from './treeModel.ts';

type Words = Readonly<Record<string, string>>;

/** The words that the classes of datasets look like, asked for once until something changes. */
export class ClassWords {
  readonly #engine: EngineCaller;
  /** By folder; where there were none they are asked for again, as a map or matrix may have read some since. */
  readonly #known = new Map<string, Promise<Words>>();
  #isTold = false;

  constructor(engine: EngineCaller) {
    this.#engine = engine;
  }

  /** By class; none where they can't be had, which whoever points at a row needn't be told. */
  async of(folder: string): Promise<Words> {
    this.#isTold = true;
    const known = this.#known.get(folder) ?? this.#engine.call('maps/classWords', { root: folder }).catch(() => ({}));
    this.#known.set(folder, known);
    const words = await known;
    if (Object.keys(words).length === 0 && this.#known.get(folder) === known) this.#known.delete(folder);
    return words;
  }

  /** What an item says that was shown without, as those of classes are; others stay as they are. */
  async resolved<Item extends object>(item: Item, row: Row): Promise<Item> {
    return row.ofClass === undefined
      ? item
      : Object.assign(item, { tooltip: withWord(row, await this.of(row.folder)) });
  }

  /** @returns whether any were told since the last time: rows may say something else now */
  forget(): boolean {
    const wasTold = this.#isTold;
    this.#isTold = false;
    this.#known.clear();
    return wasTold;
  }
}
