import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FEWEST_CAPTIONED, MOST_CAPTIONED, planCaptions } from '../../../src/core/sample/captions/plan.ts';
import {
  captionOf,
  drawShapeScene,
  PHRASINGS,
  shapeScenes,
  type ShapeScene,
} from '../../../src/core/sample/captions/shapeScene.ts';

const says = (caption: string, scene: ShapeScene) =>
  Array.from({ length: PHRASINGS }, (_, i) => captionOf(scene, i)).includes(caption);

describe('planCaptions', () => {
  const { pictures, files, findings } = planCaptions(3, 200);
  const byPath = new Map(pictures.map((picture) => [`${picture.name}.png`, picture]));
  const planted = (kind: string) => findings.filter((finding) => finding.kind === kind).map(({ paths }) => paths);

  it('writes a text beside each picture', () => {
    assert.equal(pictures.length, 200);
    assert.deepEqual(
      files.map(({ path }) => path).sort(),
      pictures.flatMap(({ name }) => [`${name}.png`, `${name}.txt`]).sort(),
    );
    const [file] = files.filter(({ path }) => path === `${pictures[0]!.name}.txt`);
    assert.ok(file && 'bytes' in file.source);
    assert.equal(new TextDecoder().decode(file.source.bytes()), `${pictures[0]!.caption}\n`);
  });

  it('describes every picture rightly but those that were planted', () => {
    for (const { scene, caption, planted: kind } of pictures) {
      assert.equal(says(caption, scene), kind === undefined || kind === 'duplicate-caption', `${kind}: ${caption}`);
    }
  });

  it('says "an" before vowels and "a" before all else', () => {
    const captions = shapeScenes.flatMap((scene) => Array.from({ length: PHRASINGS }, (_, i) => captionOf(scene, i)));
    const articles = captions.flatMap((caption) => [...caption.matchAll(/\b(an?) ([a-z])/g)]);
    assert.ok(articles.some(([, article]) => article === 'an'));
    for (const [words, article, next] of articles) assert.equal(article === 'an', 'aeiou'.includes(next!), words);
  });

  it('plants captions of other pictures, in two respects wrong at least', () => {
    assert.equal(planted('caption-mismatch').length, 20);
    for (const [path] of planted('caption-mismatch')) {
      const { scene, caption } = byPath.get(path!)!;
      const described = shapeScenes.find((other) => says(caption, other))!;
      const wrong = (['shape', 'colour', 'place', 'size'] as const).filter((key) => described[key] !== scene[key]);
      assert.ok(wrong.length >= 2, `${caption} of ${JSON.stringify(scene)}`);
    }
  });

  it('plants captions that two pictures share word by word, and no others are shared', () => {
    const pairs = planted('duplicate-caption');
    assert.equal(pairs.length, 10);
    for (const [original, copy] of pairs) {
      assert.equal(byPath.get(copy!)!.caption, byPath.get(original!)!.caption);
      assert.notEqual(byPath.get(copy!)!.drawing, byPath.get(original!)!.drawing);
    }
    const copies = new Set(pairs.map(([, copy]) => copy));
    const rest = pictures.filter(({ name, caption }) => caption !== '' && !copies.has(`${name}.png`));
    assert.equal(new Set(rest.map(({ caption }) => caption)).size, rest.length);
  });

  it('plants empty captions', () => {
    const empty = planted('empty-caption').flat();
    assert.equal(empty.length, 5);
    assert.deepEqual(
      pictures
        .filter(({ caption }) => caption === '')
        .map(({ name }) => `${name}.png`)
        .sort(),
      [...empty].sort(),
    );
  });

  it('is a function of its arguments, and works at both ends', () => {
    assert.deepEqual(planCaptions(3, 200).pictures, pictures);
    assert.notDeepEqual(planCaptions(4, 200).pictures, pictures);
    for (const count of [FEWEST_CAPTIONED, MOST_CAPTIONED]) {
      const plan = planCaptions(1, count);
      assert.equal(plan.pictures.length, count);
      for (const kind of ['caption-mismatch', 'duplicate-caption', 'empty-caption']) {
        assert.ok(plan.findings.some((finding) => finding.kind === kind));
      }
    }
  });
});

describe('drawShapeScene', () => {
  const scene: ShapeScene = { shape: 'square', colour: 'blue', place: 'at the top right', size: 'large' };
  /** Mean colour of a part of a picture, by its middle. */
  const colourAt = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number) => {
    const sum = [0, 0, 0];
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        for (let channel = 0; channel < 3; channel++)
          sum[channel]! += data[((y + dy) * width + x + dx) * 3 + channel]! / 25;
      }
    }
    return sum as [number, number, number];
  };

  it('shows what its caption says where it says it, each time another way', () => {
    const drawings = Array.from({ length: 8 }, (_, i) => drawShapeScene(scene, 1, i, 96));
    for (const drawing of drawings) {
      const [red, , blue] = colourAt(drawing, 71, 25);
      assert.ok(blue > red + 60, `a blue square, and it is ${red}, …, ${blue}`);
      const [r, g, b] = colourAt(drawing, 24, 72);
      assert.ok(Math.max(r, g, b) - Math.min(r, g, b) < 40 && r > 120, `paper, and it is ${r}, ${g}, ${b}`);
    }
    assert.equal(new Set(drawings.map(({ data }) => Buffer.from(data).toString('base64'))).size, drawings.length);
    assert.deepEqual(drawShapeScene(scene, 1, 3, 96).data, drawings[3]!.data);
  });
});
