import type { SkipCode, SkippedFiles } from '../../protocol/engine.ts';
import { extensionOf } from '../../core/images/fileKinds.ts';

/** Paths named per group; counts are always complete. */
const MAX_PATHS = 100;

/** Counts what is skipped by code and extension. */
export class SkippedTally {
  readonly #groups = new Map<string, { code: SkipCode; extension: string; count: number; paths: string[] }>();

  add(code: SkipCode, path: string): void {
    const extension = extensionOf(path.slice(path.lastIndexOf('/') + 1));
    const key = `${code} ${extension}`;
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, (group = { code, extension, count: 0, paths: [] }));
    group.count++;
    if (group.paths.length < MAX_PATHS) group.paths.push(path);
  }

  /** The groups, biggest first. */
  groups(): SkippedFiles[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count);
  }
}
