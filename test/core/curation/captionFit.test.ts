import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  captionFits,
  captionMismatches,
  FEWEST_CAPTIONS,
  type CaptionedVectors,
} from '../../../src/core/curation/captionFit.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

const DIM = 12;

function unit(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** Images in all directions but one, each with a caption near to it, away from all images in that one as those of such encoders are. */
function captioned(count: number, seed: number, noise = 0.4) {
  const random = new RandomStream(seed);
  const draw = () => Array.from({ length: DIM }, () => random.normal());
  const images = Array.from({ length: count }, () => unit([0, ...draw().slice(1)]));
  const captions = images.map((image) => {
    const other = draw();
    return unit(image.map((value, k) => value + noise * other[k]! + (k === 0 ? 2 : 0)));
  });
  return { images, captions };
}

function vectorsOf(
  { images, captions }: { readonly images: readonly number[][]; readonly captions: readonly number[][] },
  pairs: readonly (readonly [image: number, caption: number])[],
): CaptionedVectors {
  const matrix = (rows: readonly number[][]) => ({
    vectors: Float32Array.from(rows.flat()),
    rows: rows.length,
    dim: DIM,
  });
  return {
    images: matrix(images),
    captions: matrix(captions),
    imageOf: Int32Array.from(pairs, ([image]) => image),
    captionOf: Int32Array.from(pairs, ([, caption]) => caption),
  };
}

const fitsOf = (set: CaptionedVectors) => captionFits(set, plainProducts, () => undefined);

/** As the definition has it, one pair after another, without blocks or heaps. */
function slowFits({ images, captions, imageOf, captionOf }: CaptionedVectors): number[] {
  const row = ({ vectors }: { vectors: Float32Array }, i: number) => [...vectors.subarray(i * DIM, (i + 1) * DIM)];
  const similarity = (image: number, caption: number) =>
    row(images, image).reduce((sum, value, k) => sum + value * row(captions, caption)[k]!, 0);
  const pairs = [...imageOf].map((image, pair) => ({ image, caption: captionOf[pair]! }));
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const side = (key: 'image' | 'caption', other: 'image' | 'caption', others: number) => {
    const about = (query: number) => {
      const own = pairs.filter((pair) => pair[key] === query).map((pair) => pair[other]);
      const rest = Array.from({ length: others }, (_, i) => i).filter((i) => !own.includes(i));
      const sorted = rest
        .map((i) => (key === 'image' ? similarity(query, i) : similarity(i, query)))
        .sort((a, b) => b - a);
      const nearest = Math.min(10, Math.max(1, Math.round(sorted.length / 20)));
      const top = average(sorted.slice(0, nearest));
      return { top, reach: top - average(sorted) };
    };
    const reaches = [...new Set(pairs.map((pair) => pair[key]))].map((query) => about(query).reach);
    const sorted = reaches.sort((a, b) => a - b);
    const median = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
    return pairs.map((pair) => {
      const { top, reach } = about(pair[key]);
      return 1 - (top - similarity(pair.image, pair.caption)) / Math.max(reach, median / 2);
    });
  };
  const byCaption = side('caption', 'image', images.rows);
  const byImage = side('image', 'caption', captions.rows);
  return byCaption.map((fit, pair) => (fit + byImage[pair]!) / 2);
}

const inOrder = (count: number) => Array.from({ length: count }, (_, i): [number, number] => [i, i]);

describe('captionFits', () => {
  it('is what the definition says, shared captions and several of an image among them', async () => {
    const set = captioned(150, 1);
    const pairs = [...inOrder(150).slice(3), [0, 5], [1, 5], [2, 0], [2, 1], [2, 2]] as [number, number][];
    const vectors = vectorsOf(set, pairs);
    const { fits } = await fitsOf(vectors);
    slowFits(vectors).forEach((expected, pair) => {
      assert.ok(Math.abs(fits[pair]! - expected) < 1e-5, `pair ${pair}: ${fits[pair]}, and not ${expected}`);
    });
  });

  it('is high of captions that fit, and low of exchanged ones, which are told with the image that they fit', async () => {
    const swapped = new Map([
      [4, 17],
      [17, 60],
      [60, 4],
    ]);
    const pairs = inOrder(120).map(([image, caption]): [number, number] => [image, swapped.get(image) ?? caption]);
    const { fits, betterImages, nearestImage } = await fitsOf(vectorsOf(captioned(120, 2, 0.1), pairs));
    const found = captionMismatches({ fits });
    assert.deepEqual([...found].sort(), [17, 4, 60]);
    for (const pair of found) {
      assert.equal(nearestImage[pair], pairs[pair]![1], 'the image that it was written of');
      assert.ok(betterImages[pair]! > 0.05);
    }
    const sorted = [...found].map((pair) => fits[pair]!);
    assert.deepEqual(
      sorted,
      [...sorted].sort((a, b) => a - b),
    );
    assert.ok(fits.filter((fit) => fit > 0.8).length > 110);
  });

  it('is the same however far texts lie from images', async () => {
    const { images, captions } = captioned(80, 3, 0);
    const moved = (shift: number) => captions.map((caption) => caption.map((v, k) => v + (k === 1 ? shift : 0)));
    const flat = images.map((image) => image.map((v, k) => (k === 1 ? 0.3 : v)));
    const [a, b] = await Promise.all(
      [0, 3].map((shift) => fitsOf(vectorsOf({ images: flat, captions: moved(shift) }, inOrder(80)))),
    );
    a!.fits.forEach((fit, pair) => {
      assert.ok(Math.abs(fit - b!.fits[pair]!) < 1e-4);
    });
  });

  it('blames no caption that is about as near to every image', async () => {
    const set = captioned(100, 4);
    const axis = Array.from({ length: DIM }, (_, k) => (k === 0 ? 1 : 0));
    // Nothing of the images lies in its direction but a trace.
    const images = set.images.map((image, i) => unit(image.map((v, k) => (k === 0 ? 0.002 * (i % 7) : v))));
    const captions = set.captions.map((caption, i) => (i === 9 ? axis : caption));
    const { fits } = await fitsOf(vectorsOf({ images, captions }, inOrder(100)));
    const vague = fits[9]!;
    const exchanged = await fitsOf(
      vectorsOf(
        { images, captions },
        inOrder(100).map(([i]) => [i, i === 20 ? 30 : i]),
      ),
    );
    assert.ok(vague > exchanged.fits[20]! + 0.2, `${vague} and ${exchanged.fits[20]}`);
  });

  it('is not known of a few', async () => {
    const few = FEWEST_CAPTIONS - 1;
    const { fits, nearestImage } = await fitsOf(vectorsOf(captioned(few, 5), inOrder(few)));
    assert.ok(fits.every(Number.isNaN) && nearestImage.every((row) => row === -1));
    assert.equal(captionMismatches({ fits }).length, 0);
  });

  it('is 1 where all vectors are the same', async () => {
    const row = unit(Array.from({ length: DIM }, () => 1));
    const same = Array.from({ length: 20 }, () => row);
    const { fits } = await fitsOf(vectorsOf({ images: same, captions: same }, inOrder(20)));
    for (const fit of fits) assert.ok(fit > 0.5, String(fit));
  });

  it('can be stopped', async () => {
    const stop = new Error('stopped');
    const between = (done: number) => {
      if (done >= 128) throw stop;
    };
    await assert.rejects(captionFits(vectorsOf(captioned(200, 6), inOrder(200)), plainProducts, between), stop);
  });
});
