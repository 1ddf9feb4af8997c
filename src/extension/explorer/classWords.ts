import type { EngineCaller } from '../engine/engineClient.ts';

type Words = Readonly<Record<string, string>>;

/** The words that the classes of datasets look like, asked for once until something changes. */
export class ClassWords {
  readonly #engine: EngineCaller;
  /** By folder. */
  readonly #known = new Map<string, Promise<Words>>();

  constructor(engine: EngineCaller) {
    this.#engine = engine;
  }

  /** By class; none where they can't be had, which whoever points at a row needn't be told. */
  of(folder: string): Promise<Words> {
    const known = this.#known.get(folder) ?? this.#engine.call('maps/classWords', { root: folder }).catch(() => ({}));
    this.#known.set(folder, known);
    return known;
  }

  forget(): void {
    this.#known.clear();
  }
}
