import type { VNode } from 'preact';
import { blobUrls, PictureCache } from '../shared/pictureCache.ts';
import { Thumbnail as SharedThumbnail } from '../shared/thumbnail.tsx';
import { host, state } from './host.ts';

const thumbnails = new PictureCache((paths) => host.call('matrix/thumbnails', { paths }), blobUrls);
/** So many are kept at most: pointers pass over many pairs. */
const KEPT = 600;
let version = '';
let recent: string[] = [];

/** The address of a thumbnail as long as it is among those that were asked for last. */
export function thumbnailOf(path: string): Promise<string | undefined> {
  const current = `${state.value?.figures?.root ?? ''} ${state.value?.version ?? 0}`;
  if (current !== version) {
    version = current;
    recent = [];
    thumbnails.keep(version, []);
  }
  recent = [...recent.filter((other) => other !== path), path];
  if (recent.length > 2 * KEPT) {
    recent = recent.slice(-KEPT);
    thumbnails.keep(version, recent);
  }
  return thumbnails.get(version, path);
}

/** The thumbnail of an image of what is shown. */
export function Thumbnail({ path }: { readonly path: string }): VNode {
  return <SharedThumbnail path={path} version={state.value?.version} load={thumbnailOf} />;
}
