import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useGestures } from './gestures.ts';
import { useKeys } from './keys.ts';
import { hovered, shownBox, stageSize, tool, view } from './looking.ts';
import { pixelValues, type ShownPicture } from './picture.ts';
import { boxText, pixelText, scaleText } from './sentences.ts';
import { boxOnStage, isDrawnInSquares, type View } from './view.ts';

/** The picture, the region that is chosen of it, and what is under the pointer. */
export function Stage({ shown, name }: { readonly shown: ShownPicture; readonly name: string }): VNode {
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const gestures = useGestures(stage);
  useKeys();
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      stageSize.value = { width, height };
    });
    observer.observe(stage.current!);
    return () => {
      observer.disconnect();
    };
  }, []);
  const current = view.value;
  const { width, height } = stageSize.value;
  useEffect(() => {
    if (current && canvas.current) draw(canvas.current, shown, current, { width, height });
  }, [shown, current, width, height]);
  const box = shownBox.value;
  const placed = box && current && boxOnStage(box, current, { width, height });
  return (
    <div
      class="stage"
      ref={stage}
      tabIndex={0}
      role="application"
      aria-label={`${name}: ${shown.width} by ${shown.height} pixels. Question mark lists the keys.`}
      data-tool={tool.value}
      data-view={current && JSON.stringify(current)}
      {...gestures}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {placed && (
        <div
          class="region"
          style={{
            left: `${placed.x}px`,
            top: `${placed.y}px`,
            width: `${placed.width}px`,
            height: `${placed.height}px`,
          }}
        />
      )}
    </div>
  );
}

/** What is under the pointer, and how large the picture is drawn. */
export function StatusLine({ shown }: { readonly shown: ShownPicture }): VNode {
  const pixel = hovered.value;
  const box = shownBox.value;
  const values = pixel && pixelValues(shown, pixel);
  return (
    <p class="status">
      {values && <span class="swatch" style={{ background: `rgb(${values.slice(0, 3).join(' ')})` }} />}
      <span class="pixel">{pixel ? pixelText(pixel, values) : '–'}</span>
      {shown.reduced && <span>shown by a smaller copy, without pixel values</span>}
      {box && <span class="box">region {boxText(box)}</span>}
      {view.value && <span class="scale">{scaleText(view.value.scale)}</span>}
      <span class="unseen" role="status">
        {box && `Region ${boxText(box)}`}
      </span>
    </p>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  { bitmap, width, height }: ShownPicture,
  current: View,
  stage: { readonly width: number; readonly height: number },
): void {
  const ratio = window.devicePixelRatio;
  canvas.width = Math.max(1, Math.round(stage.width * ratio));
  canvas.height = Math.max(1, Math.round(stage.height * ratio));
  const context = canvas.getContext('2d');
  if (!context) return;
  const placed = boxOnStage({ x: 0, y: 0, width, height }, current, stage);
  const [left, top] = [Math.round(placed.x * ratio), Math.round(placed.y * ratio)];
  const [across, down] = [placed.width * ratio, placed.height * ratio];
  // What is transparent is seen over white, as encoders get it.
  context.fillStyle = '#fff';
  context.fillRect(left, top, across, down);
  context.imageSmoothingEnabled = !isDrawnInSquares(current);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, left, top, across, down);
}
