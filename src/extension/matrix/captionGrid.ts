import type { CaptionMatrix } from '../../protocol/captions.ts';
import type { MatrixGrid, MatrixOrder, MatrixReport } from '../../protocol/matrix.ts';
import type { CaptionFigures, MatrixImageNames } from '../../protocol/matrixView.ts';

type ImagesOf = Pick<MatrixReport, 'paths' | 'classOf' | 'arrangements'>;

/** Images against captions for the page, in the order that the images have in their own matrix. */
export function captionGrid(
  { paths, codes, low, high }: CaptionMatrix,
  images: ImagesOf,
  order: MatrixOrder,
): MatrixGrid {
  const { cells } = images.arrangements[order];
  const numberOf = new Map(paths.map((path, number) => [path, number]));
  const places = [...cells.order.keys()].filter((place) => numberOf.has(images.paths[cells.order[place]!]!));
  const imageAt = (place: number): number => cells.order[place]!;
  const own = Uint32Array.from(places, (place) => numberOf.get(images.paths[imageAt(place)]!)!);
  const count = own.length;
  const arranged = new Uint16Array(count * count);
  own.forEach((row, i) => {
    const offset = row * paths.length;
    for (let j = 0; j < count; j++) arranged[i * count + j] = codes[offset + own[j]!]!;
  });
  // Places of the images' own matrix as cells of this one.
  const cellFrom = (cell: number): number => {
    const begin = cells.starts[cell]!;
    const found = places.findIndex((place) => place >= begin);
    return found < 0 ? count : found;
  };
  return {
    ...{ codes: arranged, isSquare: true, order: own, low, high },
    starts: Uint32Array.from({ length: count + 1 }, (_, cell) => cell),
    bands: cells.bands
      .map(({ name, start, end }) => ({ name, start: cellFrom(start), end: cellFrom(end) }))
      .filter(({ start, end }) => end > start),
    classOf: Int32Array.from(places, (place) => images.classOf[imageAt(place)]!),
    tree: undefined,
  };
}

/** The images of the rows by their numbers, with their captions. */
export function captionNames({ paths, captions }: CaptionMatrix, images: ImagesOf): MatrixImageNames {
  const numberOf = new Map(images.paths.map((path, number) => [path, number]));
  const classOf = Int32Array.from(paths, (path) => images.classOf[numberOf.get(path) ?? -1] ?? -1);
  return { paths, captions, classOf };
}

/** Without what is large, which the page asks for where it has changed. */
export function captionFigures(matrix: CaptionMatrix): CaptionFigures {
  const { different, imageToCaption, captionToImage, meanOwn, meanOther, farthest, notices, encoder } = matrix;
  return {
    ...{ different, imageToCaption, captionToImage, meanOwn, meanOther, farthest, encoder: encoder.id },
    images: matrix.paths.length,
    notices: notices.map(({ message }) => message),
  };
}
