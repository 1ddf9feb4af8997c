import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { planCaptions, type CaptionedPicture } from '../../src/core/sample/captions/plan.ts';
import { captionOf, type ShapeScene } from '../../src/core/sample/captions/shapeScene.ts';
import { encodeImage } from '../../src/engine/images/codec.ts';
import { generateCaptionedSample } from '../../src/engine/sample/generate.ts';
import type { MapDocument } from '../../src/engine/maps/mapFile.ts';
import type { LabelReport } from '../../src/protocol/labels.ts';
import { ProgramRunner } from '../core/training/programRunner.ts';
import { trainPair, writePair } from '../trainedPair.ts';
import { documentOf, likeness } from './run.ts';

const IMAGES = 300;
const SEED = 1;

/** Both towers are trained on other drawings of the training scenes; the scenes of the test pictures they have never seen. */
describe('likeness search', () => {
  const runner = new ProgramRunner();
  const { pictures } = planCaptions(SEED, IMAGES);
  const sceneOf = new Map(pictures.map((picture) => [`${picture.name}.png`, picture.scene]));
  let folder: string;
  let root: string;
  let encoder: string;
  let cache: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'likeness-test-'));
    [root, cache] = [join(folder, 'shapes'), join(folder, 'cache')];
    await generateCaptionedSample(root, { encodeImage, seed: SEED, images: IMAGES });
    const pair = await trainPair(
      runner,
      pictures.filter(({ split }) => split === 'train'),
    );
    const added = await likeness(['encoders', 'add', writePair(join(folder, 'pair'), pair), '--in', root, '--json'], {
      cache,
    });
    assert.equal(added.code, 0, added.stderr);
    const card = documentOf('encoders', added).encoders.find(({ name }) => name === 'pair');
    assert.deepEqual([card?.text?.contextLength, card?.text?.output.dim], [24, card?.output.dim]);
    encoder = card!.id;
    const indexed = await likeness(['index', root, '--encoder', encoder, '--json'], { cache });
    assert.equal(documentOf('index', indexed).images, IMAGES);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const search = async (...args: readonly string[]) => {
    const outcome = await likeness(['search', ...args, '--in', root, '--json'], { cache });
    assert.equal(outcome.code, 0, outcome.stderr);
    return { ...documentOf('similar', outcome), stderr: outcome.stderr };
  };
  const scenes = ({ results }: { readonly results: readonly { readonly path: string }[] }): ShapeScene[] =>
    results.map(({ path }) => sceneOf.get(path)!);
  const share = (found: readonly ShapeScene[], fits: (scene: ShapeScene) => boolean) =>
    found.filter(fits).length / found.length;

  it('prints the documented JSON and finds what the words say', async () => {
    const document = await search('a large blue star', '-k', '5');
    const { stderr: _, ...printed } = document;
    assert.deepEqual(Object.keys(printed), ['query', 'encoder', 'approximate', 'recall', 'results']);
    assert.deepEqual(
      [document.query, document.encoder, document.approximate, document.recall],
      [...['a large blue star', encoder, false, 1]],
    );
    assert.equal(document.results.length, 5);
    const similarities = document.results.map(({ similarity }) => similarity);
    assert.deepEqual(
      similarities,
      [...similarities].sort((a, b) => b - a),
    );
    assert.ok(share(scenes(document), ({ shape, colour }) => shape === 'star' && colour === 'blue') >= 0.6);
    assert.ok(share(scenes(document), ({ colour }) => colour === 'blue') === 1);
  });

  it('finds pictures of scenes that it was never trained on by their captions', async () => {
    const held = pictures.filter(({ split, planted }) => split === 'test' && planted === undefined).slice(0, 8);
    const found = await Promise.all(
      held.map(async ({ scene, name }: CaptionedPicture) => {
        const { results } = await search(captionOf(scene, 0), '--split', 'test', '-k', '3');
        return results.map(({ path }) => path).includes(`${name}.png`);
      }),
    );
    assert.ok(found.filter(Boolean).length >= 7, found.join(' '));
  });

  it('leaves out what is not wanted', async () => {
    const isSmall = ({ size }: ShapeScene) => size === 'small';
    const all = share(scenes(await search('a red circle', '-k', '8')), isSmall);
    const large = await search('a red circle', '--minus', 'small', '-k', '8');
    assert.ok(share(scenes(large), isSmall) < all, `${share(scenes(large), isSmall)} instead of ${all}`);
    assert.equal(large.query, 'a red circle − small');
  });

  it('takes several texts together, and a picture with a weight', async () => {
    const two = scenes(await search('a yellow cross', 'a yellow star', '-k', '6'));
    assert.ok(share(two, ({ colour, shape }) => colour === 'yellow' && ['cross', 'star'].includes(shape)) >= 0.5);
    const green = pictures.find(({ scene }) => scene.shape === 'triangle' && scene.colour === 'green')!;
    const image = join(root, `${green.name}.png`);
    const mixed = async (weight: string) => search('a purple square', '--image', image, '--weight', weight, '-k', '8');
    const [text, both, picture] = [await mixed('0.05'), await mixed('0.5'), await mixed('0.95')];
    assert.ok(share(scenes(text), ({ colour }) => colour === 'purple') >= 0.75);
    assert.ok(share(scenes(picture), ({ colour }) => colour === 'green') >= 0.75);
    assert.ok(!both.results.some(({ path }) => path === `${green.name}.png`), 'the picture itself is left out');
    assert.equal(both.query, `a purple square + ${green.name}.png × 0.5`);
    const alone = await search('--image', image, '-k', '8');
    const similar = documentOf('similar', await likeness(['similar', image, '-k', '8', '--json'], { cache }));
    assert.deepEqual(alone.results, similar.results);
  });

  it('cuts what is longer than the encoder reads, and says so', async () => {
    const { stderr } = await search('a very '.repeat(20) + 'large red circle', '-k', '1');
    assert.match(stderr, /Note: "a very a very.*…" has 45 tokens, and pair reads 24: the last 21 are left out\./);
  });

  it('says that it knows no word of another script or of an emoji, and finds by those that it knows', async () => {
    for (const text of ['красный круг', '赤い丸', '🔴']) {
      const refused = await likeness(['search', 'a star', '--minus', text, '--in', root, '--json'], { cache });
      const { error } = documentOf('failure', refused);
      assert.deepEqual([refused.code, error.code], [3, 'text-unread']);
      assert.match(error.message, new RegExp(`^"${text}" holds no word that pair knows, so nothing can be found`));
    }
    const found = await search('a large blue star ⭐', '-k', '5');
    assert.ok(share(scenes(found), ({ shape }) => shape === 'star') >= 0.6);
  });

  it('names the clusters of a map by the words nearest to them', async () => {
    const config = join(root, '.likeness', 'config.json');
    // Clumps of this map are places in the picture.
    const places = ['top left', 'top right', 'bottom left', 'bottom right', 'middle'];
    const named = async (...options: readonly string[]) => {
      const outcome = await likeness(['map', root, '--json', ...options], { cache });
      assert.equal(outcome.code, 0, outcome.stderr);
      return JSON.parse(outcome.stdout) as Pick<MapDocument, 'points' | 'clusters'>;
    };
    writeFileSync(config, JSON.stringify({ labels: { source: 'none' }, words: places }));
    const { points, clusters } = await named();
    const rightIn = (id: number, name: string) => {
      const own = points.filter(({ cluster }) => cluster === id).map(({ path }) => sceneOf.get(path)!.place);
      return own.filter((place) => place.endsWith(name.split(',')[0]!)).length / own.length;
    };
    const right = clusters.filter(({ id, name }) => rightIn(id, name) > 0.5);
    assert.ok(
      clusters.length >= 3 && right.length >= 0.7 * clusters.length,
      JSON.stringify(clusters.map(({ id, name }) => [name, rightIn(id, name)])),
    );
    const list = join(folder, 'words.txt');
    writeFileSync(list, 'circle\nsquare\nstar\r\n\n');
    const listed = (await named('--words', list)).clusters.map(({ name }) => name);
    assert.ok(
      listed.every((name) => /^(circle|square|star)/.test(name)),
      listed.join(' | '),
    );
    assert.equal(new Set(listed).size, listed.length);
    for (const [options, code] of [
      [['--words', 'red'], 'usage'],
      [['--words', 'red,blue', '--encoder', 'pixels'], 'encoder-without-text'],
    ] as const) {
      const failed = await likeness(['map', root, '--json', ...options], { cache });
      assert.equal(documentOf('failure', failed).error.code, code);
    }
    writeFileSync(config, JSON.stringify({ labels: { source: 'none' }, words: 'gone.txt' }));
    const without = await likeness(['map', root, '--json'], { cache });
    assert.match(without.stderr, /gone\.txt/);
    assert.match((JSON.parse(without.stdout) as Pick<MapDocument, 'clusters'>).clusters[0]!.name, /^cluster \d+$/);
    rmSync(config);
  });

  it('labels by the names of the classes, without any label to learn from', async () => {
    const names = ['circle', 'cross', 'ellipse', 'square', 'star', 'triangle'];
    const options = ['label', root, '--encoder', encoder, '--words', names.join(), '--template', 'a picture of a {}'];
    const done = await likeness([...options, '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const report = JSON.parse(done.stdout) as LabelReport;
    assert.deepEqual([report.method, report.proposals.length, report.heldOut.images], ['words', IMAGES, 0]);
    const right = report.proposals.filter(({ path, label }) => sceneOf.get(path)!.shape === label).length;
    assert.ok(right >= 0.6 * IMAGES, `${right} of ${IMAGES}`);
    const surest = report.proposals.slice(0, IMAGES / 5);
    const rightOfThem = surest.filter(({ path, label }) => sceneOf.get(path)!.shape === label).length;
    assert.ok(rightOfThem / surest.length > right / IMAGES, 'the surest are more often right than all');
    assert.match(done.stderr, /No image has a label of one of these classes/);
    for (const [words, message] of [
      ['red,красный,猫', /"красный" holds no word that pair knows, so nothing can be found or named by it/],
      ['circle,star,Circle', /"Circle" and "circle" are the same words to pair, which can't tell images of one from/],
    ] as const) {
      const refused = await likeness(['label', root, '--encoder', encoder, '--words', words], { cache });
      assert.equal(refused.code, 3, refused.stderr);
      assert.match(refused.stderr, message);
    }
  });

  it('checks them with the labels that there are, and holds what it proposes to the precision', async () => {
    const labelled = join(folder, 'labelled');
    pictures.forEach(({ name, scene }, i) => {
      const place = join(labelled, i % 3 === 0 ? 'unlabelled' : scene.colour);
      mkdirSync(place, { recursive: true });
      copyFileSync(join(root, `${name}.png`), join(place, `${i}.png`));
    });
    const colours = [...new Set(pictures.map(({ scene }) => scene.colour as string))];
    const pair = join(folder, 'pair');
    const options = ['label', labelled, '--encoder', pair, '--words', colours.join(), '--precision', '0.8'];
    const done = await likeness([...options, '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    const report = JSON.parse(done.stdout) as LabelReport;
    assert.equal(report.unlabelled, 100);
    // Of drawings that look the same, one counts.
    assert.ok(report.heldOut.images > 190 && report.heldOut.images <= 200, `${report.heldOut.images} held out`);
    assert.ok(report.proposals.length >= 40, `${report.proposals.length} proposals`);
    const right = report.proposals.filter(({ path, label }) => {
      return pictures[Number(/(\d+)\.png$/.exec(path)![1])]!.scene.colour === label;
    });
    assert.ok(right.length >= 0.8 * report.proposals.length, `${right.length} of ${report.proposals.length}`);
    const refused = await likeness(['label', labelled, '--encoder', pair, '--words', 'red'], { cache });
    assert.deepEqual([refused.code, /two classes at least/.test(refused.stderr)], [2, true]);
  });

  it('says what to do where words lead nowhere', async () => {
    const refused = async (code: number, message: RegExp, ...args: readonly string[]) => {
      const outcome = await likeness(['search', ...args], { cache });
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, message);
    };
    await refused(2, /search takes a text to look for, or an image/, '--in', root);
    await refused(2, /search takes a text to look for/, '  ', '--in', root);
    await refused(
      2,
      /--weight takes a number from 0 .* not "2"/,
      'red',
      '--image',
      'x.png',
      '--weight',
      '2',
      '--in',
      root,
    );
    await refused(2, /name it with --image/, 'red', '--weight', '0.5', '--in', root);
    await refused(3, /has no vectors of the encoder handcrafted/, 'red', '--encoder', 'handcrafted', '--in', root);
    await refused(3, /has no index, but .* in it have one/, 'red', '--in', folder);
    const other = await likeness(['index', root, '--encoder', 'pixels'], { cache });
    assert.equal(other.code, 0, other.stderr);
    await refused(
      3,
      /The encoder Pixels.* has no text half.*choose an encoder that has one \(CLIP, SigLIP or MobileCLIP/,
      ...['red', '--encoder', 'pixels', '--in', root],
    );
  });
});
