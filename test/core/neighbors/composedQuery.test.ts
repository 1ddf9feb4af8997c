import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { composeQuery, MINUS_WEIGHT, type QueryParts } from '../../../src/core/neighbors/composedQuery.ts';

const unit = (...values: number[]) => Float32Array.from(values, (value) => value / Math.hypot(...values));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
const parts = (given: Partial<QueryParts>): QueryParts => ({
  texts: [],
  minus: [],
  image: undefined,
  imageWeight: 0.5,
  ...given,
});
const even = () => 1;

describe('composeQuery', () => {
  it('is a text or an image itself where it stands alone, whatever its weight', async () => {
    const text = unit(1, 2, 3);
    assert.equal(await composeQuery(parts({ texts: [text], imageWeight: 0.9 }), even), text);
    assert.equal(await composeQuery(parts({ image: text, imageWeight: 0.1 }), even), text);
  });

  it('takes the mean of several texts', async () => {
    const query = (await composeQuery(parts({ texts: [unit(1, 0, 0), unit(0, 1, 0)] }), even))!;
    assert.ok(Math.abs(query[0]! - Math.SQRT1_2) < 1e-6 && Math.abs(query[1]! - Math.SQRT1_2) < 1e-6);
  });

  it('ranks by its formula, with each part divided by how much it tells the pictures apart', async () => {
    const component = fc.double({ min: -1, max: 1, noNaN: true });
    const vector = fc
      .array(component, { minLength: 4, maxLength: 4 })
      .filter((values) => Math.hypot(...values) > 0.1)
      .map((values) => unit(...values));
    const spreads = fc.double({ min: 0.01, max: 2, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(vector, vector, vector, vector, vector),
        fc.tuple(spreads, spreads, spreads),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        async ([text, image, minus, x, y], [ofText, ofImage, ofMinus], weight) => {
          const spread = (part: Float32Array) => (part === text ? ofText : part === image ? ofImage : ofMinus);
          const query = await composeQuery(
            parts({ texts: [text], minus: [minus], image, imageWeight: weight }),
            spread,
          );
          const score = (picture: Float32Array) =>
            ((1 - weight) * dot(text, picture)) / ofText +
            (weight * dot(image, picture)) / ofImage -
            (MINUS_WEIGHT * dot(minus, picture)) / ofMinus;
          if (query === undefined) return;
          assert.ok(Math.abs(Math.hypot(...query) - 1) < 1e-5);
          const [expected, found] = [score(x) - score(y), dot(query, x) - dot(query, y)];
          if (Math.abs(expected) > 1e-3 * (1 / ofText + 1 / ofImage + 1 / ofMinus)) {
            assert.equal(Math.sign(found), Math.sign(expected));
          }
        },
      ),
    );
  });

  it('asks how much the mean of several texts tells apart, and no text of its own', async () => {
    const asked: Float32Array[] = [];
    const texts = [unit(1, 0, 0), unit(0, 1, 0)];
    const minus = [unit(0, 0, 1), unit(0, 1, 1)];
    const spread = (part: Float32Array) => Promise.resolve(asked.push(part) / 10);
    const query = (await composeQuery(parts({ texts, minus }), spread))!;
    const means = [unit(1, 1, 0), unit(0, Math.SQRT1_2, 1 + Math.SQRT1_2)];
    assert.equal(asked.length, 2);
    for (const [i, mean] of means.entries()) assert.ok(dot(asked[i]!, mean) > 1 - 1e-6);
    const sum = [0, 1, 2].map((i) => means[0]![i]! / 0.1 - (MINUS_WEIGHT * means[1]![i]!) / 0.2);
    assert.ok(dot(query, unit(...sum)) > 1 - 1e-6);
  });

  it('gives nothing where nothing is wanted, or where nothing is left', async () => {
    assert.equal(await composeQuery(parts({}), even), undefined);
    assert.equal(await composeQuery(parts({ minus: [unit(1, 0)] }), even), undefined);
    assert.equal(await composeQuery(parts({ texts: [unit(1, 0), unit(-1, 0)] }), even), undefined);
    const text = unit(1, 1);
    // (t)/1 − ½ (t)/½ = 0
    const spread = (part: Float32Array) => (part === text ? 1 : 0.5);
    assert.equal(await composeQuery(parts({ texts: [text], minus: [unit(1, 1)] }), spread), undefined);
  });

  it('leaves a part as it is to which all pictures are the same', async () => {
    const query = (await composeQuery(parts({ texts: [unit(1, 0)], image: unit(0, 1) }), () => 0))!;
    assert.ok(Math.abs(query[0]! - Math.SQRT1_2) < 1e-6);
  });
});
