import type { LiveMap } from '../../protocol/maps.ts';
import type { WatchPoints } from './mapLayout.ts';

interface Making {
  paths: () => readonly string[];
  positions: (() => Float32Array) | undefined;
}

/** Maps in the making, by numbers that those who wait for them have chosen. */
export class LiveMaps {
  readonly #making = new Map<number, Making>();

  begin(live: number | undefined, paths: () => readonly string[]): void {
    if (live !== undefined) this.#making.set(live, { paths, positions: undefined });
  }

  /** What a layout tells where its points are. @param paths of its points */
  watcher(live: number | undefined, paths: readonly string[]): WatchPoints | undefined {
    const making = live === undefined ? undefined : this.#making.get(live);
    return (
      making &&
      ((positions) => {
        making.paths = () => paths;
        making.positions = positions;
      })
    );
  }

  end(live: number | undefined): void {
    if (live !== undefined) this.#making.delete(live);
  }

  /** The points as they are now, and whose they are where that is asked for. */
  look(live: number, paths: boolean): LiveMap | undefined {
    const making = this.#making.get(live);
    return making && { paths: paths ? making.paths() : undefined, positions: making.positions?.() };
  }
}
