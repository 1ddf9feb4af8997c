import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openEncoder } from '../../../src/engine/encoders/openEncoder.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { embedFile } from '../../../src/engine/search/embedFile.ts';
import { shared, unlessShared } from '../../shared.ts';
import { shortestEdge, type FilterName, type Picture } from '../images/publishedPixels.ts';

/** What `referenceVectors.py` has written, which says how it is run. */
interface Reference {
  readonly pictures: readonly string[];
  /** By model, one of each picture. */
  readonly vectors: Readonly<Record<string, readonly string[]>>;
  readonly pixels: readonly {
    readonly filter: FilterName;
    readonly size: readonly [width: number, height: number];
    readonly scaled: number;
    readonly edge: number;
    readonly pixels: string;
  }[];
}

const reference = JSON.parse(readFileSync(join(import.meta.dirname, 'referenceVectors.json'), 'utf8')) as Reference;

function vectorOf(text: string): Int16Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Int16Array(bytes.buffer);
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  const product = (left: ArrayLike<number>, right: ArrayLike<number>) =>
    Array.from(left).reduce((sum, value, i) => sum + value * right[i]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** The same as in the script. */
function pattern(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = x * 7 + y * 13 + c * 53 + ((x * y) % 29) * 5;
    }
  }
  return { data, width, height };
}

describe('the published rules as they are written down here are those of Pillow and torchvision', () => {
  for (const { filter, size, scaled, edge, pixels } of reference.pixels) {
    test(`${filter}, ${size.join(' × ')} to ${scaled}`, () => {
      const { data } = shortestEdge(pattern(...size), [scaled, edge], filter, 'torchvision');
      const expected = Buffer.from(pixels, 'base64');
      assert.equal(data.length, expected.length);
      assert.ok(data.every((value, i) => Math.abs(value - expected[i]!) <= 1));
    });
  }
});

/**
 * Dynamic quantisation rounds at every layer by what it finds there: in the script, a millionth more or less in the input
 * leaves a cosine of .997, and one level in a tenth of the pixels one of .991.
 */
const QUANTISED = 0.98;
const EXACT = 0.999;

describe('shared encoders give the vectors that a separate script computes', () => {
  for (const [model, vectors] of Object.entries(reference.vectors)) {
    test(model, { skip: unlessShared(`models/${model}`) || unlessShared('data') }, async (context) => {
      const resolved = await new EncoderRegistry().resolve(shared(`models/${model}`));
      const encoder = await openEncoder(resolved, { threads: 2, memoryBytes: 64 * 2 ** 20 });
      context.after(() => encoder.dispose());
      for (const [i, picture] of reference.pictures.entries()) {
        const { vector } = await embedFile(shared(picture), encoder);
        const similarity = cosine(vector, vectorOf(vectors[i]!));
        assert.ok(similarity >= (model.includes('int8') ? QUANTISED : EXACT), `${picture}: ${similarity}`);
      }
    });
  }
});
