import { CanvasRenderer } from '../shared/scatter/canvasRenderer.ts';
import { placeLabels, type Box } from '../shared/scatter/labelPlacement.ts';
import { pictureSize, placePictures } from '../shared/scatter/picturePlacement.ts';
import { dotLook, type DotLook } from '../shared/scatter/pointLook.ts';
import { FADED, HIDDEN } from '../shared/scatter/pointRenderer.ts';
import { categoryOf, count, data, NO_CATEGORY, sourceOf } from './data.ts';
import { groupOf, isMatch, isShown, state } from './state.ts';
import { canvas, leftOf, magnification, pointsInView, positions, refit, shownView, topOf } from './view.ts';

/** How far one has to zoom in for pictures, and points in view with which they are looked for at all. */
const PICTURES_FROM = 1.5;
const MOST_LOOKED_AT = 3_000;
/** Pictures that are kept. */
const MOST_KEPT = 600;
/** How strongly an image is drawn that isn't searched for. */
const FAINT = 0.12;
const LABEL_HEIGHT = 20;

const renderer = new CanvasRenderer(canvas);
const context = canvas.getContext('2d')!;
const images = new Map<number, HTMLImageElement>();
/** Points that were shown as pictures last. */
let pictured = new Set<number>();
let isDue = false;

/** Draws before the next frame, once for however many calls. */
export function redraw(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

/** How the dots look at the moment. */
export function shownDots(): DotLook {
  return dotLook(count, magnification(), { width: canvas.clientWidth, height: canvas.clientHeight });
}

function draw(): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0 || height === 0) return;
  refit();
  const size = { width, height, ratio: devicePixelRatio };
  const style = getComputedStyle(document.body);
  const [ground, ink] = [rgbOf(style.backgroundColor), rgbOf(style.color)];
  const dots = shownDots();
  renderer.draw(sceneOf(), shownView(), { ...dots, faint: FAINT, ground, ink, density: undefined }, size);
  context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  const boxes = drawPictures();
  drawNames(style, boxes);
  if (state.current >= 0) drawRing(dots.radius + 4, style.color);
}

function sceneOf() {
  const by = groupOf();
  const colours = [...(by?.categories ?? []).map(({ colour }) => colour), NO_CATEGORY];
  const none = colours.length - 1;
  return {
    positions,
    colours: Uint16Array.from(positions.subarray(0, count), (_, point) => {
      const category = by?.of[point] ?? -1;
      return category < 0 ? none : category;
    }),
    palette: Uint8Array.from(colours.flatMap((colour) => channelsOf(colour))),
    flags: Uint8Array.from(positions.subarray(0, count), (_, point) =>
      isShown(point) ? (isMatch(point) ? 0 : FADED) : HIDDEN,
    ),
  };
}

function drawPictures(): Box[] {
  const { clientWidth: width, clientHeight: height } = canvas;
  const isFar = magnification() <= PICTURES_FROM;
  const points = isFar ? [] : pointsInView().filter((point) => isShown(point) && isMatch(point));
  const side = points.length > MOST_LOOKED_AT ? 0 : pictureSize(points.length, { width, height });
  const shown = side === 0 ? [] : placePictures(points, (point) => [leftOf(point), topOf(point)], side, pictured);
  pictured = new Set(shown);
  return shown.flatMap((point) => {
    const picture = imageOf(point);
    if (picture?.complete !== true || picture.naturalWidth === 0) return [];
    return [drawPicture(point, picture, side, categoryOf(point, groupOf()).colour)];
  });
}

function drawPicture(point: number, picture: HTMLImageElement, side: number, colour: string): Box {
  const scale = side / Math.max(picture.naturalWidth, picture.naturalHeight);
  const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
  const [left, top] = [leftOf(point) - width / 2, topOf(point) - height / 2];
  const frame = { left: left - 2, top: top - 2, width: width + 4, height: height + 4 };
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(frame.left, frame.top, frame.width, frame.height, 3);
  context.fill();
  context.drawImage(picture, left, top, width, height);
  return frame;
}

function drawNames(style: CSSStyleDeclaration, taken: readonly Box[]): void {
  context.font = `600 13px ${style.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const wanted = data.clusters
    .filter(({ representative }) => isShown(representative) && isMatch(representative))
    .map(({ name, representative }) => ({
      text: name,
      left: leftOf(representative),
      top: topOf(representative),
      width: context.measureText(name).width + 8,
      height: LABEL_HEIGHT,
    }));
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  for (const { text, left, top } of placeLabels(wanted, size, taken)) {
    context.lineWidth = 4;
    context.strokeStyle = style.backgroundColor;
    context.strokeText(text, left, top);
    context.fillStyle = style.color;
    context.fillText(text, left, top);
  }
}

function drawRing(radius: number, colour: string): void {
  context.beginPath();
  context.arc(leftOf(state.current), topOf(state.current), radius, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.stroke();
}

/** @param style as it is computed: "rgb(22, 24, 29)" */
function rgbOf(style: string): readonly [number, number, number] {
  const [red = 255, green = 255, blue = 255] = (style.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** @param colour "#3e76cd" */
function channelsOf(colour: string): number[] {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function imageOf(point: number): HTMLImageElement | undefined {
  const source = sourceOf(point);
  if (source === undefined) return undefined;
  let image = images.get(point);
  if (image === undefined) {
    if (images.size > MOST_KEPT) images.clear();
    image = new Image();
    image.onload = redraw;
    image.src = source;
    images.set(point, image);
  }
  return image;
}
