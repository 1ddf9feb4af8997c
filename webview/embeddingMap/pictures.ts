import { useEffect, useState } from 'preact/hooks';
import { BitmapCache } from '../shared/scatter/bitmapCache.ts';
import { blobUrls, PictureCache } from '../shared/pictureCache.ts';
import { images } from './data.ts';
import { host, state } from './host.ts';

/** Pictures of rows; a cache knows them by the row's number. */
async function fetchRows(keys: readonly string[]) {
  const rows = keys.map(Number);
  const pictures = await host.call('embeddingMap/pictures', { images: images.peek(), rows });
  return pictures.map((picture, i) => ({ ...picture, path: keys[i]! }));
}

/** Changes when a row's picture may be another one. */
export function picturesVersion(): string {
  return `${images.value}:${state.value?.picturesRevision ?? 0}`;
}

/** Of the grid, of cards, and those that are drawn on the maps. */
export const gridPictures = new PictureCache(fetchRows, blobUrls);
export const cardPictures = new PictureCache(fetchRows, blobUrls);
export const mapPictures = new BitmapCache((rows) => fetchRows(rows.map(String)));

/** The address of a row's picture: undefined while it is on its way, null where there is none. */
export function usePicture(cache: PictureCache, row: number): string | null | undefined {
  const version = picturesVersion();
  const [shown, setShown] = useState<{ readonly key: string; readonly url: string | null }>();
  const key = `${version} ${row}`;
  useEffect(() => {
    let isCurrent = row >= 0;
    if (isCurrent) {
      void cache.get(version, String(row)).then((url) => {
        if (isCurrent) setShown({ key, url: url ?? null });
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [cache, version, row]);
  return shown?.key === key ? shown.url : undefined;
}

/** Frees the pictures of all other rows of a cache. */
export function useOnlyPictures(cache: PictureCache, rows: readonly number[]): void {
  const version = picturesVersion();
  useEffect(() => {
    cache.keep(version, rows.map(String));
  }, [cache, version, rows]);
}
