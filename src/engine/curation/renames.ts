import { grouped } from '../../core/grouped.ts';
import { yoloLabelPath } from '../../core/labels/yoloLabels.ts';
import type { ContentStore } from '../decisions/formerContents.ts';
import type { KnownLabels, LabelledDataset } from '../labels/knownLabels.ts';
import type { FileRecord } from '../store/indexStore.ts';
import type { ChangedFiles } from './changedFiles.ts';

type LabelState = Pick<KnownLabels, 'labelOf' | 'splitOf' | 'isExcluded'>;

/** Files of a dataset whose contents were there at a revision already, at other paths that hold them no longer. */
export class Renames {
  /** Where they are. */
  readonly paths: readonly string[];
  /** What the index would have known of the files at the revision. */
  readonly storeThen: NonNullable<LabelledDataset['store']>;
  readonly #former: ChangedFiles['former'];

  constructor(store: ContentStore, former: ChangedFiles['former']) {
    const files = store.readFiles();
    this.#former = former;
    this.paths = [...files.keys()].filter((path) => former.has(path));
    const then = new Map<string, FileRecord>(files);
    for (const path of this.paths) then.delete(path);
    for (const [path, places] of this.#onceEach()) for (const place of places) then.set(place, files.get(path)!);
    this.storeThen = {
      root: store.root,
      readFiles: () => then,
      findContentKey: (content) => store.findContentKey(content),
    };
  }

  /** @param paths of images */
  pathsThen(paths: readonly string[]): string[] {
    const places = [...this.#onceEach()].flatMap(([, list]) => list);
    return [...new Set([...paths.filter((path) => !this.#former.has(path)), ...places])];
  }

  /**
   * Those that have the label and split that they had. Every former place stands for one file: of two copies that were made of
   * one that is gone, one is new.
   *
   * @param isYolo the label is in a file of the image's own, which has to have gone along
   */
  asBefore(then: LabelState, now: LabelState, isYolo: boolean): ReadonlySet<string> {
    const stateOf = (known: LabelState, path: string) =>
      JSON.stringify([known.labelOf(path) ?? null, known.splitOf(path) ?? null, known.isExcluded(path)]);
    const open = new Map<readonly string[], Map<string | undefined, string[]>>();
    const byState = (places: readonly string[]) =>
      new Map([...grouped(places, (place) => stateOf(then, place))].map(([state, own]) => [state, [...own]]));
    const found = this.paths.filter((path) => {
      const places = this.#former.get(path)!;
      if (!open.has(places)) open.set(places, byState(places));
      const free = open.get(places)!.get(stateOf(now, path)) ?? [];
      const at = isYolo ? free.findIndex((place) => this.#wasLabelOf(place, path)) : free.length - 1;
      if (at >= 0) free.splice(at, 1);
      return at >= 0;
    });
    return new Set(found);
  }

  #wasLabelOf(place: string, path: string): boolean {
    return this.#former.get(yoloLabelPath(path))?.includes(yoloLabelPath(place)) === true;
  }

  /** Lists of former places, with one of the paths that they are of. */
  #onceEach(): Iterable<[string, readonly string[]]> {
    const byPlaces = new Map(this.paths.map((path) => [this.#former.get(path)!, path]));
    return [...byPlaces].map(([places, path]) => [path, places]);
  }
}
