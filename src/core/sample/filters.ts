/**
 * The mean over `2 · radius + 1` values along lines; at their ends the outermost value counts for what lies beyond.
 *
 * @param lineStep distance from the start of one line to that of the next
 * @param step distance from one value of a line to the next
 */
export function boxBlurred(
  source: Float32Array,
  lines: number,
  lineStep: number,
  length: number,
  step: number,
  radius: number,
): Float32Array {
  const result = new Float32Array(source.length);
  const share = 1 / (2 * radius + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    const end = start + (length - 1) * step;
    let sum = source[start]! * radius;
    for (let index = 0; index <= radius; index++) sum += source[Math.min(end, start + index * step)]!;
    for (let index = start; index <= end; index += step) {
      result[index] = sum * share;
      sum += source[Math.min(end, index + (radius + 1) * step)]! - source[Math.max(start, index - radius * step)]!;
    }
  }
  return result;
}
