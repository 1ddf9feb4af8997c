import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { blobUrls, PictureCache } from '../shared/pictureCache.ts';
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
