import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import sharp from 'sharp';
import { isCancellation } from '../../../src/core/errors.ts';
import type { PlantedFinding, PlantedKind } from '../../../src/core/sample/draft.ts';
import { planSample } from '../../../src/core/sample/plan.ts';
import { sampleClasses } from '../../../src/core/sample/scenes.ts';
import { generateSample, type EncodeImage } from '../../../src/engine/sample/generate.ts';
import { pictureDistance, thumbprint } from './pictureDistance.ts';
import { measureQuality, type QualityScores } from './qualityMeasures.ts';

const SEED = 3;
const IMAGES_PER_CLASS = 6;

const encodeImage: EncodeImage = (pixels, width, height, { format, quality, grayscale }) => {
  let pipeline = sharp(pixels, { raw: { width, height, channels: 3 } });
  if (grayscale === true) pipeline = pipeline.toColourspace('b-w');
  if (format === 'webp') return pipeline.webp(quality === undefined ? { lossless: true } : { quality }).toBuffer();
  return format === 'png' ? pipeline.png().toBuffer() : pipeline.jpeg({ quality: quality ?? 90 }).toBuffer();
};

/** An encoder that must not be used. */
const refuse: EncodeImage = () => Promise.reject(new Error('Nothing should be drawn'));

const splitOf = (file: string): string => file.split('/')[0]!;
const labelOf = (file: string): string => file.split('/')[1]!;

suite('generateSample', () => {
  let scratch: string;
  let folder: string;
  /** Relative paths of all files but the hidden ones and `planted.json`. */
  let images: string[];
  let planted: PlantedFinding[];
  const bytes = new Map<string, Buffer>();

  const pathsOf = (...kinds: PlantedKind[]): string[] =>
    planted.filter((finding) => kinds.includes(finding.kind)).flatMap((finding) => finding.paths);
  const groupsOf = (kind: PlantedKind): readonly (readonly string[])[] =>
    planted.filter((finding) => finding.kind === kind).map((finding) => finding.paths);
  const readable = (): string[] => images.filter((file) => !pathsOf('unreadable').includes(file));

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'likeness-sample-'));
    folder = path.join(scratch, 'sample');
    // Stopped first, then completed: all that follows holds for such a folder too.
    const controller = new AbortController();
    const stopped = generateSample(folder, {
      encodeImage,
      seed: SEED,
      imagesPerClass: IMAGES_PER_CLASS,
      signal: controller.signal,
      report: (done) => {
        if (done === 5) controller.abort();
      },
    });
    await assert.rejects(stopped, isCancellation);
    assert.ok(!(await readdir(folder)).includes('planted.json'));

    const summary = await generateSample(folder, { encodeImage, seed: SEED, imagesPerClass: IMAGES_PER_CLASS });
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    images = entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.json'))
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
      .sort();
    for (const file of images) bytes.set(file, await readFile(path.join(folder, file)));
    const truth: unknown = JSON.parse(await readFile(path.join(folder, 'planted.json'), 'utf8'));
    assert.deepEqual(truth, { findings: summary.planted });
    assert.equal(summary.images, images.length);
    planted = [...summary.planted];
  });
  after(() => rm(scratch, { recursive: true }));

  test('fills every class of every split, under names that tell nothing', () => {
    for (const split of ['train', 'validation', 'test']) {
      for (const label of sampleClasses) {
        assert.ok(
          images.some((file) => file.startsWith(`${split}/${label}/`)),
          `${split}/${label}`,
        );
      }
    }
    for (const file of images) assert.match(file, new RegExp(`^\\w+/(\\w+)/\\1-\\d{3}\\.(jpg|png|webp)$`));
    const train = images.filter((file) => splitOf(file) === 'train').length / images.length;
    assert.ok(train > 0.55 && train < 0.75, `${train}`);
  });

  test('lists every kind, sorted, and only files that exist', () => {
    const kinds: PlantedKind[] = [
      'blurry',
      'dark',
      'exact-duplicate',
      'grayscale',
      'label-issue',
      'leak',
      'light',
      'low-information',
      'near-duplicate',
      'odd-aspect-ratio',
      'odd-size',
      'outlier',
      'same-scene',
      'unreadable',
    ];
    assert.deepEqual([...new Set(planted.map((finding) => finding.kind))], kinds);
    for (const file of pathsOf(...kinds)) assert.ok(images.includes(file), file);
  });

  test('exact duplicates have equal bytes or equal pixels in another format; nothing else has', async () => {
    const pixels = async (file: string): Promise<string> => {
      const { data, info } = await sharp(bytes.get(file)).raw().toBuffer({ resolveWithObject: true });
      return `${info.width} ${info.height} ${info.channels} ${data.toString('base64')}`;
    };
    let reencoded = 0;
    for (const [original, ...copies] of groupsOf('exact-duplicate')) {
      for (const copy of copies) {
        assert.equal(await pixels(copy), await pixels(original!));
        const sameBytes = bytes.get(copy)!.equals(bytes.get(original!)!);
        assert.equal(sameBytes, path.extname(copy) === path.extname(original!));
        if (!sameBytes) reencoded++;
      }
    }
    assert.ok(reencoded > 0);
    const copies = groupsOf('exact-duplicate').flatMap((group) => group.slice(1));
    const distinct = readable().filter((file) => !copies.includes(file));
    assert.equal(new Set(await Promise.all(distinct.map(pixels))).size, distinct.length);
  });

  test('near duplicates look alike, other pictures do not', async () => {
    const prints = new Map<string, Float64Array>();
    for (const file of readable()) prints.set(file, await thumbprint(bytes.get(file)!));
    const distance = (a: string, b: string): number => pictureDistance(prints.get(a)!, prints.get(b)!);
    for (const [original, copy] of groupsOf('near-duplicate')) {
      assert.ok(!bytes.get(original!)!.equals(bytes.get(copy!)!));
      assert.ok(distance(original!, copy!) < 0.55, `${original!} and ${copy!}: ${distance(original!, copy!)}`);
    }
    const related = [...groupsOf('exact-duplicate'), ...groupsOf('near-duplicate'), ...groupsOf('same-scene')];
    const files = readable();
    for (const [index, first] of files.entries()) {
      for (const second of files.slice(0, index)) {
        if (related.some((group) => group.includes(first) && group.includes(second))) continue;
        assert.ok(distance(first, second) > 0.3, `${first} and ${second}: ${distance(first, second)}`);
      }
    }
    for (const [first, second] of groupsOf('same-scene')) {
      assert.ok(distance(first!, second!) < 0.9 && distance(first!, second!) > 0.1, `${distance(first!, second!)}`);
    }
  });

  test('leaks are the duplicates across splits, and labels differ only where that is listed', () => {
    const duplicates = [...groupsOf('exact-duplicate'), ...groupsOf('near-duplicate'), ...groupsOf('same-scene')];
    const leaks = new Set(groupsOf('leak').map((group) => group.join()));
    for (const group of duplicates) {
      assert.equal(leaks.has(group.join()), new Set(group.map(splitOf)).size > 1, group.join());
      const [original, ...copies] = group;
      for (const copy of copies) {
        assert.equal(labelOf(copy) !== labelOf(original!), pathsOf('label-issue').includes(copy), copy);
      }
    }
    assert.ok(leaks.size >= 2);
    for (const leak of leaks) assert.ok(leak.startsWith('train/'));
  });

  test('quality issues meet their definitions, and nothing else does', async () => {
    const measured = new Map<string, QualityScores>();
    for (const file of readable()) measured.set(file, await measureQuality(bytes.get(file)!));
    const sizes = [...measured.values()].map((scores) => scores.size).sort((a, b) => a - b);
    const [lower, upper] = [sizes[Math.floor(sizes.length / 4)]!, sizes[Math.floor((3 * sizes.length) / 4)]!];
    const reach = 3 * (upper - lower);
    const check = (kind: PlantedKind, decide: (scores: QualityScores) => readonly boolean[]): void => {
      for (const [file, scores] of measured) {
        // Every reading of the definition gives the same answer.
        for (const issue of decide(scores)) {
          assert.equal(issue, pathsOf(kind).includes(file), `${kind} ${file} ${JSON.stringify(scores)}`);
        }
      }
    };
    check('dark', ({ dark }) => [dark < 0.32, dark < 0.45]);
    check('light', ({ light }) => [light < 0.05, light < 0.15]);
    check('low-information', ({ lowInformation }) => lowInformation.map((score) => score < 0.3));
    check('blurry', ({ blurry: [inner, pillow] }) => [pillow! < 0.29, inner! < 0.15]);
    check('odd-aspect-ratio', ({ oddAspectRatio }) => [oddAspectRatio < 0.35, oddAspectRatio < 0.55]);
    check('odd-size', ({ size }) => [size < lower - reach || size > upper + reach]);
    check('grayscale', ({ grayscale }) => [grayscale]);
  });

  test('unreadable files fail to decode, all others decode', async () => {
    const decode = async (file: string): Promise<void> => {
      await sharp(bytes.get(file), { failOn: 'error' }).raw().toBuffer();
    };
    for (const file of images) {
      if (pathsOf('unreadable').includes(file)) await assert.rejects(decode(file), Error, file);
      else await decode(file);
    }
  });

  test('draws the same pixels for the same seed, and others for another', () => {
    const drawn = (seed: number): string[] =>
      planSample(seed, IMAGES_PER_CLASS)
        .files.filter((_, index) => index % 9 === 0)
        .map(({ path: file, source }) => {
          const image = 'draw' in source ? source.draw() : { width: 0, height: 0, data: new Uint8Array() };
          return `${file} ${image.width} ${image.height} ${Buffer.from(image.data).toString('base64')}`;
        });
    const first = drawn(SEED);
    assert.deepEqual(drawn(SEED), first);
    assert.ok(drawn(SEED + 1).every((picture) => !first.includes(picture)));
  });

  test('leaves a complete folder as it is', async () => {
    const file = path.join(folder, images[0]!);
    await rm(file);
    const summary = await generateSample(folder, { encodeImage: refuse, seed: SEED, imagesPerClass: IMAGES_PER_CLASS });
    assert.deepEqual(summary.planted, planted);
    await assert.rejects(stat(file), { code: 'ENOENT' });
  });

  test('refuses folders of others and other samples', async () => {
    const theirs = path.join(scratch, 'theirs');
    await mkdir(theirs);
    await writeFile(path.join(theirs, 'planted.json'), '{"findings":[]}');
    const options = { encodeImage: refuse, seed: SEED, imagesPerClass: IMAGES_PER_CLASS };
    await assert.rejects(generateSample(theirs, options), { code: 'folder-not-empty' });
    assert.deepEqual(await readdir(theirs), ['planted.json']);
    await assert.rejects(generateSample(folder, { ...options, seed: SEED + 1 }), { code: 'folder-not-empty' });
  });

  test('fails with a sentence when there is too little to plant in, or nowhere to write', async () => {
    const nowhere = path.join(folder, images[1]!, 'below-a-file');
    await assert.rejects(generateSample(nowhere, { encodeImage: refuse, imagesPerClass: 5 }), { code: 'usage' });
    await assert.rejects(generateSample(nowhere, { encodeImage: refuse }), { code: 'folder-not-found' });
  });
});
