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
}

const usual: KeptUi = {
  mode: 'pan',
  shaded: false,
  showsClusters: true,
  showsLegend: undefined,
  showsGrid: true,
  gridShare: 0.28,
};

const kept: KeptUi = { ...usual, ...(vscodeApi.getState() as Partial<KeptUi> | undefined) };

export const mode = signal(kept.mode);
/** Crowds are shaded instead of drawn dot by dot. */
export const shaded = signal(kept.shaded);
export const showsClusters = signal(kept.showsClusters);
export const showsLegend = signal<boolean | undefined>(kept.showsLegend);
export const showsGrid = signal(kept.showsGrid);
export const gridShare = signal(kept.gridShare);

effect(() => {
  const next: KeptUi = {
    mode: mode.value,
    shaded: shaded.value,
    showsClusters: showsClusters.value,
    showsLegend: showsLegend.value,
    showsGrid: showsGrid.value,
    gridShare: gridShare.value,
  };
  vscodeApi.setState(next);
});
