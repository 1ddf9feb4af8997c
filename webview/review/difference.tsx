import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DifferenceReport } from '../../src/protocol/review.ts';
import { usePictureUrl } from '../shared/pictureUrl.ts';
import { host } from './host.ts';
import { ZoomBox } from './imageFigure.tsx';
import { differenceText } from './sentences.ts';
import { zoom } from './zoom.ts';

/** How the pixels of two pictures differ, as a picture beside them. */
export function Difference({ paths }: { readonly paths: readonly [string, string] }): VNode {
  const [report, setReport] = useState<DifferenceReport | string>();
  const [first, second] = paths;
  useEffect(() => {
    let isShown = true;
    setReport(undefined);
    void host.call('review/difference', { paths: [first, second] }).then((found) => {
      if (isShown && found !== undefined) setReport(found);
    });
    return () => {
      isShown = false;
    };
  }, [first, second]);
  const told = typeof report === 'object' ? report : undefined;
  const [picture, setPicture] = useState<{ bytes: Uint8Array; type: string }>();
  useEffect(() => {
    setPicture(told && { bytes: told.picture, type: 'image/webp' });
  }, [told]);
  const url = usePictureUrl(picture);
  const { scale, x, y } = zoom.value;
  const style = scale > 1 ? { transform: `scale(${scale})`, transformOrigin: `${100 * x}% ${100 * y}%` } : {};
  return (
    <figure class="difference">
      <ZoomBox>
        {url !== undefined && (
          <img
            class="full"
            data-ready="true"
            src={url}
            alt="Difference of the pixels"
            style={style}
            draggable={false}
          />
        )}
        {report === undefined && <span class="hint">Comparing the pixels…</span>}
      </ZoomBox>
      <figcaption>
        <p class="badges">
          <span class="badge">Difference</span>
        </p>
        <p class="hint" role="status">
          {told ? differenceText(told) : (report as string | undefined)}
        </p>
      </figcaption>
    </figure>
  );
}
