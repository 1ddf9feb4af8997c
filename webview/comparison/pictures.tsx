import type { VNode } from 'preact';
import { blobUrls, PictureCache } from '../shared/pictureCache.ts';
import { Thumbnail as SharedThumbnail } from '../shared/thumbnail.tsx';
import { host, state } from './host.ts';

const thumbnails = new PictureCache((paths) => host.call('comparison/thumbnails', { paths }), blobUrls);
let version = '';

/** Those of other figures are let go of. */
function thumbnailOf(path: string): Promise<string | undefined> {
  const current = String(state.value?.version ?? 0);
  if (current !== version) thumbnails.keep(current, []);
  version = current;
  return thumbnails.get(version, path);
}

/** The thumbnail of an image of what is shown. */
export function Thumbnail({ path }: { readonly path: string }): VNode {
  return <SharedThumbnail path={path} version={state.value?.version} load={thumbnailOf} />;
}
