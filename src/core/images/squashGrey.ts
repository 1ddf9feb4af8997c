import type { GreyImage } from './reducedGrey.ts';

/**
 * A grey picture of equal height and width, whatever the shape of the picture: each pixel is the mean of the area that it
 * covers, which may be less than one of the picture's.
 *
 * @returns `edge × edge`, row by row
 */
export function squashGrey({ levels, width, height }: GreyImage, edge: number): Uint8Array {
  const columns = averagedLines(levels, height, width, edge);
  // Turned by the first pass, so that the second one turns it back.
  const squashed = averagedLines(columns, edge, height, edge);
  for (let i = 0; i < squashed.length; i++) squashed[i]! += 0.5;
  return new Uint8Array(squashed);
}

/**
 * Averages lines of `from` numbers to `to`, and turns rows into columns.
 *
 * @param source `lines × from`
 * @returns `to × lines`
 */
function averagedLines(source: Uint8Array | Float32Array, lines: number, from: number, to: number): Float32Array {
  const ratio = from / to;
  const target = new Float32Array(to * lines);
  for (let place = 0; place < to; place++) {
    const [start, end] = [place * ratio, (place + 1) * ratio];
    for (let covered = Math.floor(start); covered < Math.min(from, end - 1e-9); covered++) {
      const share = (Math.min(end, covered + 1) - Math.max(start, covered)) / ratio;
      for (let i = 0; i < lines; i++) target[place * lines + i]! += share * source[i * from + covered]!;
    }
  }
  return target;
}
