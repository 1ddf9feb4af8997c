import type { PointGrid } from '../../src/core/neighbors/pointGrid.ts';
import type { MapSide } from '../../src/protocol/embeddingMap.ts';
import { pictureSize, placePictures } from '../shared/scatter/picturePlacement.ts';
import { HIDDEN, type PointScene } from '../shared/scatter/pointRenderer.ts';
import type { PlaneSize, ViewTransform } from '../shared/scatter/viewTransform.ts';
import { mapPictures, picturesVersion } from './pictures.ts';

/** How far one has to zoom in for pictures; of few images they are there at once. */
const PICTURES_FROM = 1.25;
const FEW = 150;
/** Points in view with which pictures are looked for at all, and pictures at once. */
const MOST_LOOKED_AT = 3_000;
const MOST_SHOWN = 250;

/** Which points of a map are shown as pictures. */
export class PointPictures {
  readonly #side: MapSide;
  #rows: ReadonlySet<number> = new Set();
  #size = 0;

  constructor(side: MapSide) {
    this.#side = side;
  }

  get rows(): ReadonlySet<number> {
    return this.#rows;
  }

  /** Of a picture's longer side, in CSS pixels; 0 while there are none. */
  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#rows = new Set();
    this.#size = 0;
  }

  /** Chooses them anew, those that were shown before first. */
  choose(
    { positions, flags }: PointScene,
    grid: PointGrid,
    view: ViewTransform,
    magnification: number,
    size: PlaneSize,
  ): void {
    const visible: number[] = [];
    if (magnification >= PICTURES_FROM || flags.length <= FEW) {
      grid.inRectangle(view.visible(size, 40), (row) => {
        if ((flags[row]! & HIDDEN) === 0) visible.push(row);
      });
    }
    const isCrowd = visible.length === 0 || visible.length > MOST_LOOKED_AT;
    this.#size = isCrowd ? 0 : pictureSize(visible.length, size);
    if (this.#size === 0) {
      this.clear();
      return;
    }
    const place = (row: number) => [view.left(positions[2 * row]!), view.top(positions[2 * row + 1]!)] as const;
    const rows = placePictures(visible, place, this.#size, this.#rows).slice(0, MOST_SHOWN);
    this.#rows = new Set(rows);
    mapPictures.want(picturesVersion(), String(this.#side), rows);
  }

  /** The row whose picture lies at a place of the canvas; −1 for none. */
  at(left: number, top: number, placeOf: (row: number) => readonly [number, number] | undefined): number {
    const half = this.#size / 2;
    for (const row of this.#rows) {
      const place = placeOf(row);
      if (place && Math.abs(place[0] - left) <= half && Math.abs(place[1] - top) <= half) return row;
    }
    return -1;
  }
}
