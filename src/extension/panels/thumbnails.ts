import type { Picture } from '../../protocol/panels.ts';
import type { EngineCaller } from '../engine/engineClient.ts';

/**
 * Thumbnails as a page takes them, in the order of the paths.
 *
 * @param paths relative to the root
 */
export async function readThumbnails(engine: EngineCaller, root: string, paths: readonly string[]): Promise<Picture[]> {
  if (paths.length === 0) return [];
  const found = await engine.call('images/thumbnails', { root, paths });
  // VS Code hands plain typed arrays to a webview as they are, but not Node's own kind of them.
  return found.map(({ path, bytes }) => ({ path, bytes: bytes && new Uint8Array(bytes), type: 'image/webp' }));
}
