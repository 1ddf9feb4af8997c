import type { Box, Point } from '../../src/core/images/boxes.ts';
import type { Size } from '../../src/core/images/geometry.ts';

/** How a picture is looked at. */
export interface View extends Point {
  /** CSS pixels that a pixel of the picture takes; x and y are the place of the picture in the middle of the stage. */
  readonly scale: number;
}

/** A pixel of the picture never gets larger than this, nor, where that is less, all of it smaller than half of what fits. */
const LARGEST_PIXEL = 64;
/** From here on pixels are told apart, and drawn as squares rather than blended. */
const SQUARES_FROM = 2;

/** All of a picture, as large as the stage has room for. */
export function fittedView(picture: Size, stage: Size): View {
  return { scale: fittingScale(picture, stage), x: picture.width / 2, y: picture.height / 2 };
}

function fittingScale(picture: Size, stage: Size): number {
  return Math.min(LARGEST_PIXEL, Math.max(1, stage.width) / picture.width, Math.max(1, stage.height) / picture.height);
}

/** The same view within what makes sense: nothing is looked at beside the picture. */
export function settledView({ scale, x, y }: View, picture: Size, stage: Size): View {
  const smallest = Math.min(1, fittingScale(picture, stage) / 2);
  const within = Math.max(smallest, Math.min(LARGEST_PIXEL, scale));
  const settle = (middle: number, whole: number, room: number): number => {
    const half = room / within / 2;
    return half * 2 >= whole ? whole / 2 : Math.max(half, Math.min(whole - half, middle));
  };
  return {
    scale: within,
    x: settle(x, picture.width, stage.width),
    y: settle(y, picture.height, stage.height),
  };
}

/** Enlarges around a place of the stage, which keeps showing the same place of the picture. */
export function zoomedView(view: View, factor: number, at: Point, picture: Size, stage: Size): View {
  const { scale } = settledView({ ...view, scale: view.scale * factor }, picture, stage);
  const place = placeAt(view, at, stage);
  return settledView(
    { scale, x: place.x - (at.x - stage.width / 2) / scale, y: place.y - (at.y - stage.height / 2) / scale },
    picture,
    stage,
  );
}

/** Moves the picture by CSS pixels. */
export function pannedView(view: View, byX: number, byY: number, picture: Size, stage: Size): View {
  return settledView({ ...view, x: view.x - byX / view.scale, y: view.y - byY / view.scale }, picture, stage);
}

/** The place of the picture at a place of the stage, in fractions of pixels, also beside the picture. */
export function placeAt({ scale, x, y }: View, at: Point, stage: Size): Point {
  return { x: x + (at.x - stage.width / 2) / scale, y: y + (at.y - stage.height / 2) / scale };
}

/** The pixel of the picture at a place of the stage; undefined beside the picture. */
export function pixelAt(view: View, at: Point, picture: Size, stage: Size): Point | undefined {
  const place = placeAt(view, at, stage);
  const pixel = { x: Math.floor(place.x), y: Math.floor(place.y) };
  const isWithin = pixel.x >= 0 && pixel.y >= 0 && pixel.x < picture.width && pixel.y < picture.height;
  return isWithin ? pixel : undefined;
}

/** Where a box of the picture lies on the stage, in CSS pixels. */
export function boxOnStage({ x, y, width, height }: Box, view: View, stage: Size): Box {
  const { scale } = view;
  return {
    x: (x - view.x) * scale + stage.width / 2,
    y: (y - view.y) * scale + stage.height / 2,
    width: width * scale,
    height: height * scale,
  };
}

/** The half of what is seen of the picture, around the middle: where a box begins that keys move. */
export function middleBox(view: View, picture: Size, stage: Size): Box {
  const side = (room: number, whole: number): number => Math.max(1, Math.round(Math.min(room / view.scale, whole) / 2));
  const [width, height] = [side(stage.width, picture.width), side(stage.height, picture.height)];
  return { x: Math.round(view.x - width / 2), y: Math.round(view.y - height / 2), width, height };
}

export function isDrawnInSquares({ scale }: View): boolean {
  return scale >= SQUARES_FROM;
}
