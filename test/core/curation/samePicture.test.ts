import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { confirmCopy, CONFIRM_EDGE, findCopies } from '../../../src/core/curation/copies.ts';
import { evenAgreement } from '../../../src/core/curation/evenAgreement.ts';
import {
  agreement,
  cropped,
  findCrop,
  isSame,
  oriented,
  ORIENTATIONS,
  type GreyPicture,
} from '../../../src/core/curation/samePicture.ts';
import { RandomStream } from '../../../src/core/random.ts';

const EDGE = 32;

/** Smooth shapes, different for each seed, as photographs are rather than noise. */
function picture(seed: number, edge = EDGE): GreyPicture {
  const random = new RandomStream(seed, 3);
  const waves = Array.from({ length: 14 }, () => ({
    x: random.uniform(-22, 22),
    y: random.uniform(-22, 22),
    phase: random.uniform(0, 6),
    height: random.uniform(4, 14),
  }));
  const levels = Float32Array.from({ length: edge * edge }, (_, i) => {
    const [x, y] = [((i % edge) + 0.5) / edge, (Math.floor(i / edge) + 0.5) / edge];
    return waves.reduce((sum, wave) => sum + wave.height * Math.sin(wave.x * x + wave.y * y + wave.phase), 128);
  });
  return { edge, levels };
}

const changed = ({ edge, levels }: GreyPicture, of: (level: number, i: number) => number): GreyPicture => ({
  edge,
  levels: Float32Array.from(levels, (level, i) => of(level, i)),
});

describe('the same picture', () => {
  it('is known whatever its brightness and contrast, and with a little noise', () => {
    const random = new RandomStream(1, 9);
    for (const seed of [1, 2, 3]) {
      const original = picture(seed);
      const edited = changed(original, (level) => 0.6 * level + 70 + 0.4 * random.normal());
      assert.ok(isSame(agreement(original, edited)), `seed ${seed}`);
    }
  });

  it('is not another one', () => {
    for (let seed = 1; seed < 12; seed++) {
      const { edges, detail } = agreement(picture(seed), picture(seed + 1));
      assert.ok(edges < 0.6 && detail < 0.6, `seed ${seed}: ${edges}, ${detail}`);
    }
  });

  it('is not one that has no detail: nothing can agree there', () => {
    const plain = changed(picture(1), () => 80);
    assert.deepEqual(agreement(plain, plain), { edges: 0, detail: 0 });
  });

  it('is turned back by the orientation that undoes it', () => {
    const original = picture(5);
    for (const orientation of ORIENTATIONS) {
      const turned = oriented(original, orientation);
      const undone = ORIENTATIONS.filter((back) => agreement(original, oriented(turned, back)).edges > 0.9999);
      assert.equal(undone.length, 1, `orientation ${orientation}`);
    }
  });

  it('is found where it was cropped from another one', () => {
    const crop = { left: 0.06, top: 0.1, width: 0.85, height: 0.8 };
    for (const seed of [1, 2, 3]) {
      const whole = picture(seed, 96);
      const found = findCrop(cropped(whole, crop), whole, { steps: [0.06, 0.03, 0.015, 0.005] });
      assert.ok(found.agreement.edges > 0.98, `seed ${seed}: ${found.agreement.edges}`);
      for (const key of ['left', 'top', 'width', 'height'] as const) {
        assert.ok(Math.abs(found.crop[key] - crop[key]) < 0.02, `${key}: ${found.crop[key]}`);
      }
    }
  });
});

describe('copies among many', () => {
  const bytes = (picture: GreyPicture) => Uint8Array.from(picture.levels);
  const nobody = (count: number) => ({
    queries: count,
    count: 1,
    rows: new Int32Array(count).fill(-1),
    similarities: new Float64Array(count).fill(Number.NaN),
  });
  const copiesOf = (pictures: readonly GreyPicture[], neighbors = nobody(pictures.length), cropRatio?: number) => {
    const search = findCopies({ greys: pictures.map(bytes), neighbors, cropRatio });
    for (;;) {
      const step = search.next();
      if (step.done === true) return step.value;
    }
  };

  it('are found by their hashes alone, turned or not, and nothing else is', () => {
    const others = Array.from({ length: 60 }, (_, i) => picture(100 + i));
    const turned = ORIENTATIONS.map((orientation) => oriented(picture(7), orientation));
    const { copies, possible } = copiesOf([...others, ...turned]);
    assert.equal(copies.length, (8 * 7) / 2);
    assert.ok(copies.every(({ first, second, isCrop }) => first >= 60 && second > first && !isCrop));
    assert.equal(possible.length, 0);
  });

  it('are not those that have only a frame in common, which is most of their edges', () => {
    const framed = ({ edge, levels }: GreyPicture, contrast = 1 / 3) => ({
      edge,
      levels: levels.map((level, i) => {
        const [x, y] = [i % edge, Math.floor(i / edge)];
        const border = Math.min(x, y, edge - 1 - x, edge - 1 - y);
        return border < edge / 8 ? (border < edge / 16 ? 255 : 0) : 128 + (level - 128) * contrast;
      }),
    });
    const [one, other] = [framed(picture(1)), framed(picture(2))];
    const darker = changed(one, (level) => 0.8 * level);
    assert.ok(isSame(agreement(one, other)), 'their edges alone say so');
    assert.ok(evenAgreement(one, other) < 0.5 && evenAgreement(one, darker) > 0.99);
    const found = copiesOf([one, other, darker]);
    assert.deepEqual(
      found.copies.map(({ first, second }) => [first, second]),
      [[0, 2]],
    );
    assert.deepEqual(found.possible, []);
    // What isn't sure at 32 pixels is looked at at 96.
    const large = [framed(picture(1, CONFIRM_EDGE), 1), framed(picture(2, CONFIRM_EDGE), 1)] as const;
    const unsure = { part: 0, whole: 1, orientation: 0, crop: { left: 0, top: 0, width: 1, height: 1 } };
    assert.ok(isSame(agreement(...large)), 'there too');
    assert.equal(confirmCopy(unsure, { part: large[0], whole: large[1] }), undefined);
    assert.ok(confirmCopy(unsure, { part: large[0], whole: changed(large[0], (level) => 0.8 * level) }));
  });

  it('that are a part of their neighbour are told as possible crops', () => {
    const pictures = [picture(1), cropped(picture(1), { left: 0.11, top: 0.06, width: 0.8, height: 0.84 }), picture(2)];
    const neighbors = {
      queries: 3,
      count: 1,
      rows: Int32Array.of(1, 0, 0),
      similarities: Float64Array.of(0.97, 0.97, 0.9),
    };
    const { copies, possible } = copiesOf(pictures, neighbors);
    assert.deepEqual([copies.length, possible.length], [0, 1]);
    assert.deepEqual([possible[0]!.part, possible[0]!.whole, possible[0]!.orientation], [1, 0, 0]);
    assert.ok(Math.abs(possible[0]!.crop!.width - 0.8) < 0.03);
  });

  it('are looked for as crops where they are close by the measure of the encoder, whatever that is', () => {
    const crop = { left: 0.11, top: 0.06, width: 0.8, height: 0.84 };
    const others = Array.from({ length: 14 }, (_, i) => picture(100 + i));
    const pictures = [picture(1), cropped(picture(1), crop), ...others];
    const count = pictures.length - 1;
    /** All are equally far from each other, but the crop from its picture. */
    const lookedFor = (usual: number, ofCrop: number, cropRatio?: number) => {
      const rows = pictures.flatMap((_, row) => [
        ...(row < 2 ? [1 - row] : []),
        ...pictures.map((_, other) => other).filter((other) => other !== row && !(row < 2 && other < 2)),
      ]);
      const similarities = Float64Array.from(rows, (other, i) => {
        const isPair = Math.floor(i / count) < 2 && other < 2;
        return 1 - (isPair ? ofCrop : usual);
      });
      const neighbors = { queries: pictures.length, count, rows: Int32Array.from(rows), similarities };
      return copiesOf(pictures, neighbors, cropRatio).possible.some(({ part, whole }) => part === 1 && whole === 0);
    };
    // Of an encoder that finds all pictures alike, and of one that finds hardly any alike.
    assert.deepEqual([lookedFor(0.1, 0.02), lookedFor(0.1, 0.09)], [true, false]);
    assert.deepEqual([lookedFor(0.9, 0.4), lookedFor(0.9, 0.8)], [true, false]);
    assert.deepEqual([lookedFor(0.9, 0.4, 0.3), lookedFor(0.9, 0.8, 0.9)], [false, true]);
  });
});
