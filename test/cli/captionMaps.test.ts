import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import type { CheckReport } from '../../src/protocol/check.ts';
import { encodeImage } from '../../src/engine/images/codec.ts';
import { generateCaptionedSample } from '../../src/engine/sample/generate.ts';
import type { MapDocument } from '../../src/engine/maps/mapFile.ts';
import { writeMeanings } from '../engine/encoders/text/sentences.ts';
import { documentOf, likeness } from './run.ts';

const IMAGES = 60;
const MEANINGS = [
  ['cat', 'kitten', 'feline'],
  ['dog', 'hound', 'puppy'],
  ['car', 'automobile', 'vehicle'],
  ['sleeps', 'rests', 'dozes'],
  ['runs', 'hurries', 'races'],
  ['waits', 'stays', 'lingers'],
  ...[
    ['sofa', 'couch'],
    ['garden', 'yard'],
    ['street', 'road'],
    ['morning', 'dawn'],
    ['evening', 'dusk'],
    ['big', 'large'],
  ],
  ...[
    ['black', 'dark'],
    ['white', 'pale'],
    ['old', 'aged'],
    ['alone', 'lonely'],
    ['today', 'now'],
    ['quietly', 'silently'],
  ],
];
const THINGS = ['cat', 'dog', 'car'];
const DOES = ['sleeps', 'runs', 'waits'];
const WHERE = ['sofa', 'garden', 'street'];
const WHEN = ['morning', 'evening', 'today', 'quietly', 'alone'];

interface Found {
  readonly path: string;
  readonly similarity: number;
  readonly captions?: readonly string[];
}

describe('likeness with a sentence encoder', () => {
  let folder: string;
  let root: string;
  let cache: string;
  let paths: readonly string[];

  const caption = (i: number) =>
    `${i % 2 === 0 ? 'big' : 'old'} ${THINGS[i % 3]} ${DOES[(i >> 1) % 3]} ${WHERE[(i >> 2) % 3]} ${WHEN[i % 5]} ${i % 7 < 3 ? 'black' : 'white'}`;
  const text = (path: string) => join(root, path.replace(/png$/, 'txt'));
  const run = (...args: readonly string[]) => likeness(args, { cache });
  const search = async (...args: readonly string[]) => {
    const outcome = await run('search', '--captions', '--in', root, '--json', ...args);
    assert.equal(outcome.code, 0, outcome.stderr);
    return {
      ...(JSON.parse(outcome.stdout) as { results: readonly Found[]; encoder: string }),
      stderr: outcome.stderr,
    };
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'likeness-test-'));
    [root, cache] = [join(folder, 'shapes'), join(folder, 'cache')];
    await generateCaptionedSample(root, { encodeImage, seed: 1, images: IMAGES, edge: 32 });
    const added = await run('encoders', 'add', writeMeanings(join(folder, 'meanings'), MEANINGS), '--in', root);
    assert.equal(added.code, 0, added.stderr);
    assert.match(added.stdout, /^meanings-\S+ {2}meanings, captions of up to 16 tokens → 24 dimensions/m);
    assert.match(added.stderr, /Added meanings-\S+, an encoder of captions/);
    const indexed = await run('index', root, '--encoder', 'pixels', '--json');
    assert.equal(documentOf('index', indexed).images, IMAGES);
    const database = new DatabaseSync(join(root, '.likeness', 'index.sqlite'), { readOnly: true });
    paths = database
      .prepare('SELECT path FROM files ORDER BY path')
      .all()
      .map(({ path }) => String(path));
    database.close();
    paths.forEach((path, i) => {
      writeFileSync(text(path), caption(i));
    });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const configure = (config: object) => {
    writeFileSync(join(root, '.likeness', 'config.json'), JSON.stringify(config));
  };
  const CAPTIONS = { captions: { source: 'txt' } };

  it('says what to do where nothing is written about the images', async () => {
    const outcome = await run('search', '--captions', 'cat', '--in', root);
    assert.equal(outcome.code, 3);
    assert.match(outcome.stderr, /No captions are known of the images of .*"captions": \{"source": "txt"\}/);
    configure(CAPTIONS);
  });

  it('finds captions by what they mean, and those like the caption of an image', async () => {
    const { results, encoder, stderr } = await search('feline dozes couch');
    assert.match(encoder, /^captions-by-meanings-/);
    assert.match(stderr, /Reading captions/);
    assert.ok(results[0]!.captions![0]!.includes('cat sleeps sofa'), JSON.stringify(results[0]));
    assert.ok(results[0]!.similarity > 0.6 && results.length === 10);
    const again = await search('--image', join(root, paths[4]!), '-k', '3');
    assert.doesNotMatch(again.stderr, /Reading captions/, 'each is read once');
    assert.ok(again.results.every(({ path }) => path !== paths[4]));
    const [own, nearest] = [caption(4), again.results[0]!.captions![0]!].map((one) => one.split(' '));
    assert.ok(own!.filter((word) => nearest!.includes(word)).length >= 4, `${own!.join(' ')} / ${nearest!.join(' ')}`);
    const shown = await run('search', '--captions', 'puppy', '--in', root, '-k', '1');
    assert.match(shown.stdout, /^0\.\d{4} {2}\S+\.png {2}".* dog .*"$/m);
  });

  it('lays captions out, names clusters by words, and takes notice of a caption that has changed', async () => {
    const file = join(folder, 'map.json');
    const outcome = await run('map', root, '--of', 'captions', '--out', file);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /^60 images by UMAP \(captions-by-meanings-\S+, 24 dimensions\)/m);
    const map = JSON.parse(readFileSync(file, 'utf8')) as MapDocument;
    assert.deepEqual(
      map.points.map(({ path }) => path),
      paths,
    );
    const words = new Set(paths.flatMap((_, i) => caption(i).split(' ')));
    for (const { name } of map.clusters) {
      assert.ok(name.split(' ').some((word) => words.has(word)) || /^cluster \d+$/.test(name), name);
    }
    const kept = await run('map', root, '--of', 'captions', '--json');
    assert.deepEqual(JSON.parse(kept.stdout), map, 'the same map is kept');
    writeFileSync(text(paths[0]!), 'pale automobile races road');
    const changed = await run('map', root, '--of', 'captions', '--json');
    assert.match(changed.stderr, /Reading captions/);
    assert.notDeepEqual((JSON.parse(changed.stdout) as MapDocument).points, map.points);
    writeFileSync(text(paths[0]!), '');
    const without = await run('map', root, '--of', 'captions', '--json');
    assert.deepEqual(
      (JSON.parse(without.stdout) as MapDocument).points.map(({ path }) => path),
      paths.slice(1),
    );
    assert.match(without.stderr, /1 image of \S+ has no caption \(\S+\), and is left out/);
    const missing = await run('search', '--captions', '--image', join(root, paths[0]!), '--in', root);
    assert.match(missing.stderr, /has no caption among those of the dataset; write one/);
    writeFileSync(text(paths[0]!), caption(0));
  });

  it('finds captions that say the same in other words, beside those that are the same', async () => {
    const same = 'big cat sleeps sofa morning black';
    writeFileSync(text(paths[10]!), same);
    writeFileSync(text(paths[20]!), 'large kitten dozes couch dawn dark');
    writeFileSync(text(paths[30]!), `${same}.`);
    const outcome = await run('check', root, '--only', 'duplicate-caption', '--json');
    const { findings, thresholds } = JSON.parse(outcome.stdout) as CheckReport;
    assert.equal(thresholds['duplicate-caption'], 0.3);
    const inWords = findings.filter(({ message }) => message.includes('in other words'));
    const [found] = inWords.filter(({ message }) => message.includes('kitten'));
    assert.ok(found !== undefined, JSON.stringify(findings));
    assert.match(found.message, /^The caption "big cat sleeps .*" says in other words what that of another image says/);
    assert.ok([found.path, ...found.related.map(({ path }) => path)].includes(paths[20]!));
    const exact = findings.filter(({ message }) => message.includes('the same caption'));
    const twins = exact.map(({ path, related }) => [path, ...related.map((image) => image.path)]);
    assert.ok(twins.some((images) => images.includes(paths[10]!) && images.includes(paths[30]!)));
    const strict = { 'duplicate-caption': 0 };
    configure({ ...CAPTIONS, thresholds: strict });
    const none = await run('check', root, '--only', 'duplicate-caption', '--json');
    const left = (JSON.parse(none.stdout) as CheckReport).findings;
    assert.ok(left.length > 0 && left.every(({ message }) => !message.includes('in other words')));
    const shown = await run('check', root, '--only', 'duplicate-caption');
    assert.match(shown.stdout, /duplicate-caption: \d+ \(threshold 0\)/);
    const written = (captionOf: (i: number) => string) => {
      paths.forEach((path, i) => {
        writeFileSync(text(path), captionOf(i));
      });
      return run('check', root, '--only', 'duplicate-caption');
    };
    const spoken = (different: number) => written((i) => caption(i % different));
    configure(CAPTIONS);
    const few =
      /word by word, not by what they mean: there are 24 different ones, and 25 are needed to tell what is usual/;
    assert.match((await spoken(24)).stderr, few);
    assert.doesNotMatch((await spoken(25)).stderr, /needed to tell what is usual/);
    const foreign = (known: number) => written((i) => (i < known ? caption(i) : `кошка ${i}`));
    assert.match(
      (await foreign(2)).stderr,
      /: of 60 different ones only 2 can be read, and 25 are needed to tell what/,
    );
    const unread = (await foreign(0)).stderr;
    assert.match(unread, /60 captions of 60 hold no word that \S+ knows/);
    assert.doesNotMatch(unread, /needed to tell what is usual/, 'it is told once');
    paths.forEach((path, i) => {
      writeFileSync(text(path), caption(i));
    });
  });

  it('goes by the encoder that the configuration names, and by the text half of none where there is none', async () => {
    configure({ ...CAPTIONS, captionEncoder: 'pixels' });
    const wrong = await run('search', '--captions', 'cat', '--in', root);
    assert.match(wrong.stderr, /The encoder pixels has no text half, so captions can't be read with it/);
    const encoders = documentOf('encoders', await run('encoders', 'list', '--in', root, '--json')).encoders;
    const { id } = encoders.find(({ encodes }) => encodes === 'texts')!;
    configure({ ...CAPTIONS, captionEncoder: id });
    assert.equal((await search('cat')).results.length, 10);
    const asImages = await run('index', root, '--encoder', id);
    assert.match(asImages.stderr, /encodes texts, not pictures; name it as "captionEncoder"/);
    configure(CAPTIONS);
  });

  it('forgets what an encoder has read when that is removed', async () => {
    const list = async (...args: readonly string[]) =>
      documentOf('encoders', await run('encoders', ...args, '--in', root, '--json')).encoders.map(({ id }) => id);
    const before = await list('list');
    const id = before.find((one) => one.startsWith('meanings-'))!;
    assert.ok(before.some((one) => one.startsWith('captions-by-meanings-')));
    assert.deepEqual(
      (await list('remove', id)).filter((one) => one.includes('meanings')),
      [],
    );
  });
});
