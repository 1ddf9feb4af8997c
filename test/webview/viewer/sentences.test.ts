import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  fileText,
  indexText,
  matchDescription,
  matchText,
  pixelText,
  regionsText,
  scaleText,
} from '../../../webview/viewer/sentences.ts';

const whole = { path: 'a/b.png', similarity: 0.91234, label: 'b', split: undefined };
const box = { x: 1, y: 2, width: 30, height: 40 };

it('tells pixels with their values, and alpha only where there is any', () => {
  assert.equal(pixelText({ x: 12, y: 7 }, [255, 128, 0, 255]), 'x 12, y 7 · 255 128 0 · #ff8000');
  assert.equal(pixelText({ x: 0, y: 0 }, [1, 2, 3, 4]), 'x 0, y 0 · 1 2 3 4 · #01020304');
  assert.equal(pixelText({ x: 0, y: 0 }, undefined), 'x 0, y 0');
});

it('tells whether the whole image or a part of it was matched', () => {
  const part = { ...whole, region: { box, picture: { width: 100, height: 100 } } };
  assert.deepEqual([matchText(whole), matchText(part)], ['whole image', 'part']);
  assert.equal(matchDescription(whole), 'a/b.png\nsimilarity 0.9123, the whole image\nclass b');
  assert.equal(matchDescription(part).split('\n')[1], 'similarity 0.9123, its part at x 1, y 2, 30 × 40 px');
});

it('says what is missing from the index', () => {
  const image = {
    ...{ root: '/data', path: 'a.png', indexed: true, label: undefined, split: undefined, tags: [] },
    ...{ encoder: undefined, regions: { images: 0, of: 0 } },
  };
  assert.equal(indexText(image), undefined);
  assert.match(indexText({ ...image, indexed: false })!, /^This image is not in the index; [^.]+\.$/);
  assert.match(
    indexText({ ...image, root: undefined, indexed: false })!,
    /^The folder of this image is not indexed yet/,
  );
  assert.equal(regionsText({ images: 0, of: 9 }), 'Compared with whole images only.');
  assert.equal(regionsText({ images: 1200, of: 2400 }), 'Regions of 1,200 of 2,400 images are indexed.');
  assert.match(regionsText({ images: 9, of: 9 }), /their indexed regions/);
});

it('tells the file and the scale', () => {
  const facts = { type: 'image/png', format: 'png', fileBytes: 245_000, width: 1200, height: 800, reduced: false };
  assert.equal(fileText(facts), '1,200 × 800 px · PNG · 245 kB');
  assert.deepEqual([0.034, 0.5, 2, 64].map(scaleText), ['3.4 %', '50 %', '200 %', '6400 %']);
});
