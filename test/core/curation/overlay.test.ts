import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignPictures } from '../../../src/core/curation/alignment.ts';
import { confirmCopy, CONFIRM_EDGE, findCopies, type FoundCopies } from '../../../src/core/curation/copies.ts';
import { agreementBesidePatch, isSameBesidePatch } from '../../../src/core/curation/overlay.ts';
import { agreement, isSame, oriented, type GreyPicture } from '../../../src/core/curation/samePicture.ts';
import { RandomStream } from '../../../src/core/random.ts';

const EDGE = 32;

/** Ground that is as quiet as a wall or a sky: soft waves of a few grey levels, different for each seed. */
function ground(seed: number, edge: number, height = 2): GreyPicture {
  const random = new RandomStream(seed, 3);
  const waves = Array.from({ length: 10 }, () => [random.uniform(-18, 18), random.uniform(-18, 18)] as const);
  const phase = random.uniform(0, 6);
  return {
    edge,
    levels: Float32Array.from({ length: edge * edge }, (_, i) => {
      const [u, v] = [((i % edge) + 0.5) / edge, (Math.floor(i / edge) + 0.5) / edge];
      return waves.reduce((sum, [x, y]) => sum + height * Math.sin(x * u + y * v + phase), 128);
    }),
  };
}

/** Stripes, as writing has them, upon a part of a picture; places and sizes are shares of it. */
function marked(picture: GreyPicture, at: { x: number; y: number; width: number; height: number }, stripes: number) {
  const { edge } = picture;
  const levels = picture.levels.slice();
  for (let y = Math.round(at.y * edge); y < Math.round((at.y + at.height) * edge); y++) {
    for (let x = Math.round(at.x * edge); x < Math.round((at.x + at.width) * edge); x++) {
      levels[y * edge + x] = Math.floor((x / edge - at.x) * stripes) % 2 === 0 ? 20 : 240;
    }
  }
  return { edge, levels };
}

const corner = { x: 0.66, y: 0.05, width: 0.25, height: 0.1 };

/** Smooth 96 × 96 as 32 × 32. */
function small({ edge, levels }: GreyPicture): Uint8Array {
  const factor = edge / EDGE;
  return Uint8Array.from({ length: EDGE * EDGE }, (_, i) => {
    let sum = 0;
    for (let y = 0; y < factor; y++) {
      for (let x = 0; x < factor; x++) {
        sum += levels[(Math.floor(i / EDGE) * factor + y) * edge + (i % EDGE) * factor + x]!;
      }
    }
    return Math.round(sum / factor ** 2);
  });
}

function searched(pictures: readonly GreyPicture[]): FoundCopies {
  const count = pictures.length;
  const rows = pictures.flatMap((_, row) => pictures.map((_, other) => other).filter((other) => other !== row));
  const search = findCopies({
    greys: pictures.map(small),
    neighbors: {
      queries: count,
      count: count - 1,
      rows: Int32Array.from(rows),
      similarities: new Float64Array(rows.length).fill(0.9),
    },
  });
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}

function confirmed(pictures: readonly GreyPicture[]) {
  const { copies, possible } = searched(pictures);
  return [
    ...copies,
    ...possible.flatMap(
      (pair) => confirmCopy(pair, { part: pictures[pair.part]!, whole: pictures[pair.whole]! }) ?? [],
    ),
  ];
}

describe('a picture with something laid upon it', () => {
  it('is the same one beside that, though hardly any of its edges agree', () => {
    for (const seed of [1, 2, 3, 4]) {
      const plain = ground(seed, CONFIRM_EDGE);
      const badged = marked(plain, corner, 24);
      const as = agreement(plain, badged);
      assert.ok(!isSame(as) && as.edges < 0.6, `seed ${seed}: ${as.edges}`);
      const beside = agreementBesidePatch(plain, badged, 16);
      assert.ok(isSameBesidePatch(beside) && beside.agreement.edges > 0.99, `seed ${seed}: ${beside.agreement.edges}`);
      const { left, top, width, height } = beside.patch;
      assert.ok(width * height <= 1 / 8);
      assert.ok(left <= corner.x && left + width >= corner.x + corner.width - 0.01);
      assert.ok(top <= corner.y && top + height >= corner.y + corner.height - 0.01);
    }
  });

  it('is found among others, mirrored or not, and told as partly covered', () => {
    const plain = ground(1, CONFIRM_EDGE);
    const badged = marked(plain, corner, 24);
    const found = confirmed([ground(7, CONFIRM_EDGE), plain, badged, oriented(badged, 1), ground(8, CONFIRM_EDGE)]);
    const told = found.map(({ first, second, isCovered, isCrop }) => ({ first, second, isCovered, isCrop }));
    assert.deepEqual(
      told.sort((a, b) => a.first - b.first || a.second - b.second),
      [
        { first: 1, second: 2, isCovered: true, isCrop: false },
        { first: 1, second: 3, isCovered: true, isCrop: false },
        { first: 2, second: 3, isCovered: false, isCrop: false },
      ],
    );
  });

  it('lies upon the one without it as it is turned', () => {
    const plain = ground(2, CONFIRM_EDGE);
    const { isSame: same, orientation, crop } = alignPictures(plain, oriented(marked(plain, corner, 24), 1));
    assert.deepEqual([same, orientation, crop], [true, 1, { left: 0, top: 0, width: 1, height: 1 }]);
  });

  it('is not told of two things on the same ground: what both show differs, however small', () => {
    const plain = ground(3, CONFIRM_EDGE, 0.6);
    const thing = { x: 0.4, y: 0.4, width: 0.25, height: 0.25 };
    const [one, other] = [marked(plain, thing, 12), marked(plain, thing, 31)];
    const beside = agreementBesidePatch(one, other, 16);
    assert.ok(beside.agreement.edges > 0.95 && beside.covered > 0.5, `${beside.agreement.edges} ${beside.covered}`);
    assert.ok(!isSameBesidePatch(beside));
    assert.deepEqual(confirmed([one, other]), []);
  });

  it('is not told of other pictures, nor of plain ones', () => {
    for (let seed = 1; seed < 20; seed++) {
      const beside = agreementBesidePatch(ground(seed, EDGE), ground(seed + 1, EDGE), 8);
      assert.ok(beside.agreement.edges < 0.6, `seed ${seed}: ${beside.agreement.edges}`);
    }
    const blank = { edge: EDGE, levels: new Float32Array(EDGE * EDGE).fill(80) };
    assert.ok(!isSameBesidePatch(agreementBesidePatch(blank, blank, 8)));
    assert.ok(!isSameBesidePatch(agreementBesidePatch(blank, marked(blank, corner, 24), 8)));
  });

  it('is not told where more than a badge differs', () => {
    const plain = ground(5, CONFIRM_EDGE);
    const half = marked(plain, { x: 0, y: 0, width: 0.6, height: 0.5 }, 24);
    assert.ok(!isSameBesidePatch(agreementBesidePatch(plain, half, 16)));
  });
});
