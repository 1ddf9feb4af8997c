import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface ThumbnailProps {
  readonly path: string;
  /** Changes where the picture of a path may be another one. */
  readonly version: string | number | undefined;
  /** Its address; undefined where there is none. */
  readonly load: (path: string) => Promise<string | undefined>;
}

/** The thumbnail of an image; an empty place while it is on its way. */
export function Thumbnail({ path, version, load }: ThumbnailProps): VNode {
  const [url, setUrl] = useState<string | null>();
  useEffect(() => {
    let isShown = true;
    setUrl(undefined);
    void load(path).then((found) => {
      if (isShown) setUrl(found ?? null);
    });
    return () => {
      isShown = false;
    };
  }, [path, version, load]);
  return (
    <span class="picture">
      {typeof url === 'string' && <img src={url} alt="" draggable={false} />}
      {url === null && <span class="hint">no thumbnail</span>}
    </span>
  );
}
