import { useEffect, useState } from 'preact/hooks';

/** Bytes of a picture, and of which kind they are. */
export interface PictureBytes {
  readonly bytes: Uint8Array;
  /** Such as `image/png`. */
  readonly type: string;
}

/** An address for a picture's bytes as long as they are shown. */
export function usePictureUrl(picture: PictureBytes | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!picture) {
      setUrl(undefined);
      return undefined;
    }
    const made = URL.createObjectURL(new Blob([new Uint8Array(picture.bytes)], { type: picture.type }));
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
    };
  }, [picture]);
  return url;
}
