import type { LikenessError } from '../../core/errors.ts';

/** What was exported, and what a person should know of it. */
export interface Written {
  readonly images: number;
  readonly notices: readonly LikenessError[];
}
