import { categoryOf, count, data, sourceOf } from './data.ts';
import { DotLayer } from './dotLayer.ts';
import { groupOf, isMatch, isShown, state } from './state.ts';
import { canvas, leftOf, magnification, pointsInView, refit, topOf } from './view.ts';

/** Images that are few enough to be shown as pictures, their size, and how far one has to zoom in for them. */
const MOST_PICTURES = 90;
const PICTURE_SIZE = 64;
const PICTURES_FROM = 1.5;
/** Pictures that are kept. */
const MOST_KEPT = 600;
/** How strongly an image is drawn, and one that isn't searched for. */
const STRONG = 0.9;
const FAINT = 0.12;

const context = canvas.getContext('2d')!;
const images = new Map<number, HTMLImageElement>();
let dots: DotLayer | undefined;
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

function draw(): void {
  const ratio = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0 || height === 0) return;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    dots = undefined;
    refit();
  }
  const radius = dotRadius();
  const visible = pointsInView().filter(isShown);
  const asPictures = visible.length <= MOST_PICTURES && magnification() > PICTURES_FROM;
  dots ??= new DotLayer(canvas.width, canvas.height);
  dots.clear(getComputedStyle(document.body).backgroundColor);
  const by = groupOf();
  // What doesn't match lies below what does.
  for (const wanted of state.matches === undefined ? [true] : [false, true]) {
    dots.brush(radius * ratio, wanted ? STRONG : FAINT);
    for (const point of visible) {
      if (isMatch(point) === wanted)
        dots.dot(leftOf(point) * ratio, topOf(point) * ratio, categoryOf(point, by).colour);
    }
  }
  context.putImageData(dots.image, 0, 0);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (asPictures) drawPictures(visible.filter(isMatch));
  else drawNames();
  if (state.current >= 0) drawRing(radius + 4);
}

export function dotRadius(): number {
  const usual = Math.max(1.5, Math.min(5, 110 / Math.sqrt(count)));
  return Math.min(9, usual * Math.max(1, magnification()) ** 0.4);
}

function drawPictures(points: readonly number[]): void {
  for (const point of points) {
    const picture = imageOf(point);
    const isReady = picture?.complete === true && picture.naturalWidth > 0;
    if (isReady) drawPicture(point, picture, categoryOf(point, groupOf()).colour);
  }
}

function drawPicture(point: number, picture: HTMLImageElement, colour: string): void {
  const scale = PICTURE_SIZE / Math.max(picture.naturalWidth, picture.naturalHeight);
  const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
  const [left, top] = [leftOf(point) - width / 2, topOf(point) - height / 2];
  context.fillStyle = colour;
  context.fillRect(left - 3, top - 3, width + 6, height + 6);
  context.drawImage(picture, left, top, width, height);
}

function drawNames(): void {
  const style = getComputedStyle(document.body);
  context.font = `600 13px ${style.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const taken: DOMRect[] = [];
  for (const { name, representative } of data.clusters) {
    if (!isShown(representative) || !isMatch(representative)) continue;
    const [left, top] = [leftOf(representative), topOf(representative)];
    const { width } = context.measureText(name);
    const box = new DOMRect(left - width / 2 - 4, top - 10, width + 8, 20);
    const collides = ({ x, y, right, bottom }: DOMRect) =>
      x < box.right && box.x < right && y < box.bottom && box.y < bottom;
    if (taken.some(collides)) continue;
    taken.push(box);
    context.lineWidth = 4;
    context.strokeStyle = style.backgroundColor;
    context.strokeText(name, left, top);
    context.fillStyle = style.color;
    context.fillText(name, left, top);
  }
}

function drawRing(radius: number): void {
  context.beginPath();
  context.arc(leftOf(state.current), topOf(state.current), radius, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = getComputedStyle(document.body).color;
  context.stroke();
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
