import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { blobUrls, PictureCache } from '../shared/pictureCache.ts';
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

/** The thumbnail of an image; an empty place while it is on its way. */
export function Thumbnail({ path }: { readonly path: string }): VNode {
  const [url, setUrl] = useState<string | null>();
  const current = state.value?.version;
  useEffect(() => {
    let isShown = true;
    setUrl(undefined);
    void thumbnailOf(path).then((found) => {
      if (isShown) setUrl(found ?? null);
    });
    return () => {
      isShown = false;
    };
  }, [path, current]);
  return (
    <span class="picture">
      {typeof url === 'string' && <img src={url} alt="" draggable={false} />}
      {url === null && <span class="hint">no thumbnail</span>}
    </span>
  );
}
