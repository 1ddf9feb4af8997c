import type { LiveMap } from '../../protocol/maps.ts';
import type { WatchPoints } from './mapLayout.ts';

/** A map whose points move. */
interface Making extends Omit<LiveMap, 'paths' | 'positions'> {
  readonly paths: readonly string[];
  readonly positions: () => Float32Array;
}

/** Maps whose points move, by numbers that those who wait for them have chosen. */
export class LiveMaps {
  readonly #making = new Map<number, Making>();

  /** What a layout tells where its points are. @param map that it is of */
  watcher(live: number | undefined, map: Omit<Making, 'positions'>): WatchPoints | undefined {
    if (live === undefined) return undefined;
    return (positions) => {
      this.#making.set(live, { ...map, positions });
    };
  }

  end(live: number | undefined): void {
    if (live !== undefined) this.#making.delete(live);
  }

  /** The points as they are now, and whose they are where that is asked for; undefined where nothing moves. */
  look(live: number, paths: boolean): LiveMap | undefined {
    const making = this.#making.get(live);
    return making && { ...making, paths: paths ? making.paths : undefined, positions: making.positions() };
  }
}
