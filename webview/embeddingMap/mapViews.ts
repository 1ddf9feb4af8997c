import { signal } from '@preact/signals';
import type { MapView } from './mapView.ts';

/** The maps that are shown. */
export const mapViews = signal<readonly (MapView | undefined)[]>([undefined, undefined]);

/** Of the first map, in CSS pixels, and the corner of it that the legend covers at the upper left. */
export const mapWidth = signal(0);
export const legendCorner = signal({ width: 0, height: 0 });
/** From this width on there is room for the legend beside the points. */
export const ROOM_FOR_LEGEND = 620;

/** The map that the pointer was on last. */
export const pointedSide = signal<0 | 1>(0);

/** Rows that can be seen on the first map, in order. */
export const inView = signal<Uint32Array>(new Uint32Array());
