import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { groupKinds, imagesOf } from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import { bestOf } from '../../src/core/curation/reviewSteps.ts';
import { captionLines } from '../shared/captionText.ts';
import { given, host } from './host.ts';
import { images, previewOf, thumbnailOf } from './pictures.ts';
import { focused, focusImage, goneOf } from './reviewing.ts';
import { fileText } from './sentences.ts';
import { zoom, zoomAt, zoomBy } from './zoom.ts';

interface ImageFigureProps {
  readonly finding: Finding;
  readonly path: string;
  /** The key that it is looked at by. */
  readonly number: number;
}

/** One of the pictures of a finding, with what is known of it. */
export function ImageFigure({ finding, path, number }: ImageFigureProps): VNode {
  const image = images.value.get(path);
  const isOne = imagesOf(finding).length === 1;
  const isFocused = !isOne && focused.value === path;
  const isBest = !isOne && groupKinds.has(finding.kind) && bestOf(finding, goneOf(finding)) === path;
  const similarity = finding.related.find((other) => other.path === path)?.similarity;
  const answer = given.value.get(finding.id);
  const isGone = answer?.gone?.includes(path) === true;
  const fate = answer?.paths.includes(path) === true ? answer.action : isGone ? 'exclude' : undefined;
  return (
    <figure data-focused={isFocused} data-best={isBest} data-fate={fate}>
      <Picture path={path} />
      <figcaption>
        <p class="badges">
          {!isOne && (
            <button
              type="button"
              class="chip number"
              aria-pressed={isFocused}
              title={number < 10 ? `Look at this picture (${number})` : 'Look at this picture'}
              onClick={() => {
                focusImage(path);
              }}
            >
              {number}
            </button>
          )}
          {isBest && (
            <span class="badge best">
              Best copy{finding.best?.reason === undefined ? '' : `: ${finding.best.reason.replace(/^is /, '')}`}
            </span>
          )}
          {image?.label !== undefined && <span class="badge">{image.label}</span>}
          {image?.split !== undefined && <span class="badge">{image.split}</span>}
          {similarity !== undefined && <span class="hint">similarity {similarity.toFixed(3)}</span>}
        </p>
        {captionLines(image?.captions).map((line) => (
          <p class="written" key={line}>
            {line}
          </p>
        ))}
        <p class="path" title={path}>
          {path}
        </p>
        <p class="hint">
          {image ? fileText(image) : ' '}
          <span class="links">
            <button type="button" class="link" onClick={() => void host.call('review/open', { paths: [path] })}>
              Open
            </button>
            <button
              type="button"
              class="link"
              title="Open in the image viewer"
              onClick={() => void host.call('review/view', { path })}
            >
              View
            </button>
            <button type="button" class="link" onClick={() => void host.call('review/similar', { path })}>
              Find similar
            </button>
            {image?.captions !== undefined && (
              <button
                type="button"
                class="link"
                title="Open the file that the caption is written in"
                onClick={() => void host.call('review/editCaption', { path })}
              >
                Edit caption
              </button>
            )}
          </span>
        </p>
      </figcaption>
    </figure>
  );
}

/** The picture as it is, over its thumbnail until it is there. */
function Picture({ path }: { readonly path: string }): VNode {
  const image = images.value.get(path);
  const [thumbnail, setThumbnail] = useState<string | null>();
  const [preview, setPreview] = useState<string | null>();
  const [isReady, setReady] = useState(false);
  const url = image?.url;
  // What was set aside isn't in the index any more, and is shown from there.
  const needsPreview = preview === undefined && image !== undefined && url === undefined;
  useEffect(() => {
    let isShown = true;
    void thumbnailOf(path).then((found) => {
      if (isShown) setThumbnail(found ?? null);
    });
    return () => {
      isShown = false;
    };
  }, [path]);
  const showPreview = (): void => {
    void previewOf(path).then((found) => {
      setPreview(found ?? null);
    });
  };
  useEffect(() => {
    if (needsPreview) showPreview();
  }, [needsPreview]);
  const source = preview ?? url;
  const { scale, x, y } = zoom.value;
  const style = scale > 1 ? { transform: `scale(${scale})`, transformOrigin: `${100 * x}% ${100 * y}%` } : {};
  const isLost = thumbnail === null && preview === null;
  return (
    <ZoomBox onChoose={path}>
      {typeof thumbnail === 'string' && !isReady && (
        <img class="thumbnail" src={thumbnail} alt="" style={style} draggable={false} />
      )}
      {typeof source === 'string' && (
        <img
          class="full"
          src={source}
          alt={path}
          data-ready={isReady}
          style={style}
          draggable={false}
          onLoad={() => {
            setReady(true);
          }}
          onError={() => {
            if (preview === undefined) showPreview();
          }}
        />
      )}
      {isLost && <span class="hint">This file can't be shown.</span>}
    </ZoomBox>
  );
}

interface ZoomBoxProps {
  /** The picture that a click looks at. */
  readonly onChoose?: string;
  readonly children: ComponentChildren;
}

/** Where pictures are enlarged together: the pointer moves what is seen of all of them, Ctrl and the wheel enlarge. */
export function ZoomBox({ onChoose, children }: ZoomBoxProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current!;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomBy(event.deltaY < 0 ? 1.25 : 1 / 1.25);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
    };
  }, []);
  return (
    <div
      class="shown-picture"
      ref={box}
      onClick={() => {
        if (onChoose !== undefined) focusImage(onChoose);
      }}
      onPointerMove={(event) => {
        if (zoom.value.scale === 1) return;
        const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
        zoomAt((event.clientX - left) / width, (event.clientY - top) / height);
      }}
    >
      {children}
    </div>
  );
}
