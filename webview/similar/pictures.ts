import { useEffect, useState } from 'preact/hooks';
import { host } from './host.ts';
import { PictureCache, blobUrls } from '../shared/pictureCache.ts';

const thumbnails = new PictureCache((paths) => host.call('similar/thumbnails', { paths }), blobUrls);

const queryPictures = new PictureCache(async ([path]) => {
  const picture = await host.call('similar/queryPicture', {});
  return picture && path !== undefined ? [{ ...picture, path }] : [];
}, blobUrls);

/** The address of a picture: undefined while it is on its way, null where there is none. */
type PictureUrl = string | null | undefined;

function usePicture(cache: PictureCache, version: string, path: string): PictureUrl {
  const [url, setUrl] = useState<string | null>();
  useEffect(() => {
    let current = true;
    void cache.get(version, path).then((found) => {
      if (current) setUrl(found ?? null);
    });
    return () => {
      current = false;
    };
  }, [cache, version, path]);
  return url;
}

/** @param version changes when the picture of the same path may have. */
export function useThumbnail(version: string, path: string): PictureUrl {
  return usePicture(thumbnails, version, path);
}

/** Frees the thumbnails of all other paths and versions. */
export function useOnlyThumbnails(version: string, paths: readonly string[]): void {
  useEffect(() => {
    thumbnails.keep(version, paths);
  }, [version, paths]);
}

export function useQueryPicture(version: string, path: string): PictureUrl {
  useEffect(() => {
    queryPictures.keep(version, [path]);
  }, [version, path]);
  return usePicture(queryPictures, version, path);
}
