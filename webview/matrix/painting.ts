import type { Rgb } from '../../src/core/drawing/categoryColours.ts';
import { perceptualScale } from '../../src/core/drawing/perceptualScale.ts';
import { similarityOf } from '../../src/core/evaluation/similarityCodes.ts';
import type { MatrixTree } from '../../src/protocol/matrix.ts';

export const scale: readonly Rgb[] = perceptualScale(256);
/** Of cells that have no value. */
const NO_VALUE: Rgb = [128, 128, 128];

/** The colour of a similarity between two ends of a range. */
export function colourOf(similarity: number, low: number, high: number): Rgb {
  if (Number.isNaN(similarity)) return NO_VALUE;
  const share = Math.max(0, Math.min(1, (similarity - low) / (high - low)));
  return scale[Math.round(share * (scale.length - 1))]!;
}

/** Of every code its colour as four bytes: red, green, blue and opaque, whatever the machine's order of bytes. */
export function colourTable(low: number, high: number): Uint32Array {
  const bytes = new Uint8Array(4 * 65_536);
  for (let code = 0; code < 65_536; code++) {
    bytes.set([...colourOf(similarityOf(code), low, high), 255], 4 * code);
  }
  return new Uint32Array(bytes.buffer);
}

/** A symmetric matrix as the pixels of a square picture, from its upper triangle. */
export function paintTriangle(codes: Uint16Array, cells: number, table: Uint32Array): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(cells * cells);
  let next = 0;
  for (let row = 0; row < cells; row++) {
    for (let column = row; column < cells; column++) {
      const colour = table[codes[next++]!]!;
      pixels[row * cells + column] = colour;
      pixels[column * cells + row] = colour;
    }
  }
  return pixels;
}

/** A matrix that isn't symmetric as the pixels of a square picture. */
export function paintSquare(codes: Uint16Array, table: Uint32Array): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) pixels[i] = table[codes[i]!]!;
  return pixels;
}

/** What a dendrogram is drawn from, per node: where it stands along the axis in cells, and how far it reaches. */
export interface DrawnTree {
  readonly leaves: number;
  readonly positions: Float32Array;
  readonly starts: Float32Array;
  readonly ends: Float32Array;
  /** Similarity at which the node's parts are joined; 1 for leaves. */
  readonly similarities: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
}

export function drawnTree({ left, right, similarities }: MatrixTree): DrawnTree {
  const leaves = left.length + 1;
  const nodes = leaves + left.length;
  const [positions, starts, ends] = [new Float32Array(nodes), new Float32Array(nodes), new Float32Array(nodes)];
  const joined = new Float32Array(nodes).fill(1);
  for (let node = 0; node < nodes; node++) {
    if (node < leaves) {
      positions[node] = node + 0.5;
      starts[node] = node;
      ends[node] = node + 1;
      continue;
    }
    const [a, b] = [left[node - leaves]!, right[node - leaves]!];
    positions[node] = (positions[a]! + positions[b]!) / 2;
    starts[node] = Math.min(starts[a]!, starts[b]!);
    ends[node] = Math.max(ends[a]!, ends[b]!);
    joined[node] = similarities[node - leaves]!;
  }
  return { leaves, positions, starts, ends, similarities: joined, left, right };
}
