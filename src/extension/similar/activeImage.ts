import path from 'node:path';
import { hasImageExtension } from '../../core/images/fileKinds.ts';

interface ResourceLike {
  readonly scheme: string;
  readonly path: string;
  readonly fsPath: string;
}

/**
 * The image file that a tab shows: picture previews are custom editors, and SVG files may be open as text, so any input
 * with one resource counts. Undefined for other files, diffs and resources that aren't on a disk.
 */
export function imageOfTab(input: unknown): string | undefined {
  const uri = typeof input === 'object' && input !== null && 'uri' in input ? input.uri : undefined;
  return isResource(uri) && uri.scheme === 'file' && hasImageExtension(path.posix.basename(uri.path))
    ? uri.fsPath
    : undefined;
}

function isResource(value: unknown): value is ResourceLike {
  return typeof value === 'object' && value !== null && 'scheme' in value && 'path' in value && 'fsPath' in value;
}

/**
 * Decides which image to follow. What the Similar view itself opened doesn't change its query until another image was
 * active: looking at several results of one query would be impossible otherwise.
 */
export class FollowedImage {
  #opened: ReadonlySet<string> = new Set();
  #last: string | undefined;

  /** To be called before the view opens files. */
  opening(files: readonly string[]): void {
    this.#opened = new Set(files);
  }

  /** @returns the image to show, where the active one is new and wasn't opened by the view. */
  next(active: string | undefined): string | undefined {
    if (active === undefined) return undefined;
    if (this.#opened.has(active)) {
      this.#last = undefined;
      return undefined;
    }
    this.#opened = new Set();
    if (active === this.#last) return undefined;
    this.#last = active;
    return active;
  }

  /** The image that is active now changes nothing: a person has just asked for another one. */
  skip(active: string | undefined): void {
    this.#last = active;
  }

  /** The image that is active now counts as new, whoever opened it. */
  reset(): void {
    this.#opened = new Set();
    this.#last = undefined;
  }
}
