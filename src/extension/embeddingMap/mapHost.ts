import type { SelectionAction } from '../../protocol/embeddingMap.ts';
import type { MapLayout } from '../../protocol/maps.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import type { ImageSelection } from '../selection/imageSelection.ts';
import type { SavedMap } from './savedMap.ts';

/** What the model of the Embedding Map needs of the window. */
export interface EmbeddingMapHost {
  readonly engine: EngineCaller;
  readonly trusted: () => boolean;
  /** Whether a job is under way that reaches a folder. */
  readonly indexing: (folder: string) => boolean;
  /** Who lays out. */
  readonly layout: () => MapLayout;
  /** The window's selection, and what this panel is called when it changes it. */
  readonly selection: ImageSelection;
  readonly source: string;
  readonly actions: readonly SelectionAction[];
  readonly save: (saved: SavedMap) => void;
  /** Positions that move are asked for so often; controls have come to rest after so many milliseconds. */
  readonly pollMs: number;
  readonly settleMs: number;
}
