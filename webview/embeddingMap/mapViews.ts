import { signal } from '@preact/signals';
import type { MapView } from './mapView.ts';

/** The maps that are shown. */
export const mapViews = signal<readonly (MapView | undefined)[]>([undefined, undefined]);

/** Rows that can be seen on the first map, in order. */
export const inView = signal<Uint32Array>(new Uint32Array());
