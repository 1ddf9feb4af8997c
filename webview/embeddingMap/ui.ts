/** How the panel is looked at; kept over a reload of the page. */
import { effect, signal } from '@preact/signals';
import { vscodeApi } from '../shared/vscodeApi.ts';

/** What dragging on the map does. */
export type DragMode = 'pan' | 'box' | 'lasso';

interface KeptUi {
  readonly mode: DragMode;
  readonly shaded: boolean;
  readonly showsClusters: boolean;
  /** Undefined: where there is room. */
  readonly showsLegend: boolean | undefined;
  readonly showsGrid: boolean;
  /** Share of the panel that the grid takes. */
  readonly gridShare: number;
  readonly view: KeptView | undefined;
}

/** The part of a map that was looked at. */
export interface KeptView {
  /** Which map it was. */
  readonly map: string;
  /** Its middle, and pixels per unit of the plane. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const usual: KeptUi = {
  mode: 'pan',
  shaded: false,
  showsClusters: true,
  showsLegend: undefined,
  showsGrid: true,
  gridShare: 0.28,
  view: undefined,
};

const kept: KeptUi = { ...usual, ...(vscodeApi.getState() as Partial<KeptUi> | undefined) };

export const mode = signal(kept.mode);
/** Crowds are shaded instead of drawn dot by dot. */
export const shaded = signal(kept.shaded);
export const showsClusters = signal(kept.showsClusters);
export const showsLegend = signal<boolean | undefined>(kept.showsLegend);
export const showsGrid = signal(kept.showsGrid);
export const gridShare = signal(kept.gridShare);
/** Undefined while the first map is shown as a whole. */
export const keptView = signal<KeptView | undefined>(kept.view);

effect(() => {
  const next: KeptUi = {
    mode: mode.value,
    shaded: shaded.value,
    showsClusters: showsClusters.value,
    showsLegend: showsLegend.value,
    showsGrid: showsGrid.value,
    gridShare: gridShare.value,
    view: keptView.value,
  };
  vscodeApi.setState(next);
});
