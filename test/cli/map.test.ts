import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { MapDocument } from '../../src/engine/maps/mapFile.ts';
import { write } from '../engine/indexing/dataset.ts';
import { shade } from '../engine/labels/shades.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { documentOf, likeness } from './run.ts';

describe('likeness map', () => {
  it('prints a summary, and writes the documented JSON, a page and a picture', async (context) => {
    const [root, cache, folder] = [temporaryFolder(context), temporaryFolder(context), temporaryFolder(context)];
    for (let i = 0; i < 30; i++) {
      const [name, colour] = i % 2 === 0 ? (['warm', [210, 60, 40]] as const) : (['cold', [40, 70, 210]] as const);
      write(root, `${name}/${i}.png`, await shade(colour, i));
    }
    const out = join(folder, 'map.json');
    const shown = await likeness(['map', root, '--encoder', 'pixels', '--out', out], { cache });
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^30 images by UMAP \(pixels, \d+ dimensions\)\n {2}trustworthiness [01]\.\d{3} · /);
    assert.match(shown.stdout, /^ {2}warm: \d+ images, most typical warm\/\d+\.png$/m);
    assert.match(shown.stdout, /^Written to .*map\.json in \d+ s\.$/m);

    const text = readFileSync(out, 'utf8');
    const map = JSON.parse(text) as MapDocument;
    assert.deepEqual(Object.keys(map), ['points', 'clusters', 'trustworthiness']);
    assert.deepEqual(Object.keys(map.points[0]!), ['path', 'x', 'y', 'cluster', 'label']);
    assert.deepEqual(Object.keys(map.clusters[0]!), ['id', 'name', 'size']);
    assert.deepEqual([map.points.length, map.points[0]!.path, map.points[0]!.label], [30, 'cold/1.png', 'cold']);

    const options = ['map', root, '--encoder', 'pixels'];
    const kept = await likeness(options, { cache });
    assert.match(
      kept.stdout,
      /Laid out on \d{4}-\d\d-\d\d \d\d:\d\d with the same images and settings; --fresh lays out anew\./,
    );
    assert.doesNotMatch(kept.stderr, /Laying out/);
    const fresh = await likeness([...options, '--fresh'], { cache });
    assert.doesNotMatch(fresh.stdout, /Laid out on/);
    assert.match(fresh.stdout, /^Laid out in \d+ s; --out/m);
    const json = await likeness([...options, '--json'], { cache });
    assert.equal(json.stdout, text, 'the same map again, on standard output');

    const refused = await likeness([...options, '--out', out, '--json'], { cache });
    assert.deepEqual([refused.code, documentOf('failure', refused).error.code], [3, 'file-exists']);
    assert.equal((await likeness([...options, '--out', out, '--force', '--method', 'pca'], { cache })).code, 0);
    assert.notEqual(readFileSync(out, 'utf8'), text);

    for (const [name, beginning] of [
      ['map.html', '<!doctype html>'],
      ['map.png', '\u0089PNG'],
    ] as const) {
      const { code, stderr } = await likeness([...options, '--seed', '3', '--out', join(folder, name)], { cache });
      assert.equal(code, 0, stderr);
      assert.equal(readFileSync(join(folder, name), 'latin1').slice(0, beginning.length), beginning);
    }
  });

  it('exits with 2 on options that it does not understand, and 3 where there is no map to be made', async (context) => {
    const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
    write(root, 'a.png', await shade([1, 2, 3], 1));
    for (const wrong of [
      ['--method', 'tsne'],
      ['--neighbors', 'few'],
      ['--neighbors', '1'],
      ['--min-dist', '-1'],
      ['--seed', '0.5'],
      ['--out', 'map.gif'],
      ['b'],
    ]) {
      const { code, stderr } = await likeness(['map', root, ...wrong], { cache });
      assert.equal(code, 2, `${wrong.join(' ')}: ${stderr}`);
    }
    const none = await likeness(['map', root, '--json'], { cache });
    assert.deepEqual([none.code, documentOf('failure', none).error.code], [3, 'too-few-images']);
    assert.match((await likeness(['map', '--help'], { cache })).stdout, /--min-dist D/);
  });
});
