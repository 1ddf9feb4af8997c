import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../src/core/curation/findings.ts';
import { corruptImage, ErrorCode, notIndexed } from '../../../src/core/errors.ts';
import { regionTooSmall } from '../../../src/core/images/regionErrors.ts';
import { ViewerModel, type ViewerHost } from '../../../src/extension/viewer/viewerModel.ts';
import type { SimilarReport, SimilarRequest } from '../../../src/protocol/engine.ts';
import type { ViewedImage } from '../../../src/protocol/viewer.ts';
import { FakeCaller } from '../fakeCaller.ts';

const FILE = '/data/train/cat/a b.png';
const box = { x: 1, y: 2, width: 30, height: 40 };

const image: ViewedImage = {
  ...{ root: '/data', path: 'train/cat/a b.png', indexed: true, label: 'cat', split: 'train', tags: ['night'] },
  ...{ encoder: { id: 'e', name: 'E' }, regions: { images: 0, of: 9 } },
};

function reportOf({ region, regions }: SimilarRequest): SimilarReport {
  return {
    root: '/data',
    query: { path: image.path, label: 'cat', split: 'train' },
    encoder: { id: 'e', dim: 4 },
    approximate: false,
    recall: 1,
    results: [{ path: region ? 'part.png' : 'whole.png', similarity: 0.9, label: 'cat', split: 'test' }],
    searched: 8,
    ...(regions && { searchedRegions: { regions: 5, images: 2, of: 9 } }),
  };
}

function findingOf(id: string, path: string, related: readonly string[] = []): Finding {
  const message = `About ${path}.`;
  return {
    ...{ id, kind: 'near-duplicate', severity: 'warning', path, score: 0.5, message },
    related: related.map((other) => ({ path: other, similarity: 0.9 })),
  };
}

interface Fixture {
  readonly search?: (request: SimilarRequest, signal: AbortSignal) => SimilarReport | Promise<SimilarReport>;
  readonly known?: () => ViewedImage;
  readonly host?: Partial<ViewerHost>;
}

function fixture({ search = reportOf, known = () => image, host = {} }: Fixture = {}) {
  const bytes = Buffer.from([1, 2, 3]);
  const facts = { type: 'image/png', format: 'png', fileBytes: 3, width: 100, height: 80, reduced: false };
  const engine = new FakeCaller({
    'viewer/image': known,
    'viewer/picture': () => ({ ...facts, bytes }),
    'search/similar': (request, { signal }) => search(request, signal!),
  });
  const model = new ViewerModel(FILE, {
    engine,
    scanSettings: () => ({ maxMegapixels: 9 }),
    count: () => 5,
    trusted: () => true,
    indexing: () => false,
    findingsOf: () =>
      Promise.resolve([
        findingOf('one', image.path),
        findingOf('related', 'x.png', ['y.png', image.path]),
        findingOf('other', 'x.png', ['y.png']),
      ]),
    ...host,
  });
  const asked = (method: string) => engine.asked.filter((call) => call.method === method).map(({ params }) => params);
  return { model, asked };
}

describe('the model of an image viewer', () => {
  it('tells what is known of the image, its findings and what is like it', async () => {
    const { model, asked } = fixture();
    await model.refresh();
    const { state } = model;
    assert.deepEqual([state.name, state.image, state.failure], ['a b.png', image, undefined]);
    assert.deepEqual(
      state.findings?.map(({ id }) => id),
      ['one', 'related'],
    );
    assert.deepEqual(
      state.similar.results?.map(({ path }) => path),
      ['whole.png'],
    );
    assert.deepEqual(asked('search/similar'), [{ image: FILE, count: 5, scan: { maxMegapixels: 9 } }]);
  });

  it('searches with a region among whole images and the regions that there are, and forgets it when asked to', async () => {
    const { model, asked } = fixture();
    await model.refresh();
    const searching = model.search(box);
    assert.deepEqual([model.state.region?.box, model.state.region?.searching], [box, true]);
    await searching;
    assert.deepEqual(asked('search/similar').at(-1), {
      ...{ image: FILE, count: 5, scan: { maxMegapixels: 9 } },
      ...{ region: box, regions: 'available' },
    });
    assert.deepEqual(
      model.state.region?.results?.map(({ path }) => path),
      ['part.png'],
    );
    assert.equal(model.state.region.searchedRegions?.regions, 5);
    await model.search(undefined);
    assert.equal(model.state.region, undefined);
  });

  it('gives up a region search for a newer one', async () => {
    const waiting: ((report: SimilarReport) => void)[] = [];
    const signals: AbortSignal[] = [];
    const { model } = fixture({
      search: (request, signal) => {
        if (!request.region) return reportOf(request);
        signals.push(signal);
        return new Promise((resolve) => waiting.push(resolve));
      },
    });
    await model.refresh();
    const first = model.search(box);
    const second = model.search({ ...box, x: 50 });
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
    for (const answer of waiting) answer(reportOf({ image: FILE, count: 5, region: box }));
    await Promise.all([first, second]);
    assert.deepEqual([model.state.region?.box.x, model.state.region?.searching], [50, false]);
  });

  it('searches with the region again when the images have changed', async () => {
    const { model, asked } = fixture();
    await model.refresh();
    await model.search(box);
    const before = model.state;
    await model.imagesChanged();
    assert.equal(asked('search/similar').length, 4);
    assert.equal(model.state.images, before.images + 1);
    assert.equal(model.state.picture, before.picture);
    await model.imagesChanged({ picture: true });
    assert.equal(model.state.picture, before.picture + 1);
  });

  it('shows an image of no dataset, which nothing is compared with', async () => {
    const outside = { ...image, root: undefined, path: FILE, indexed: false };
    const { model, asked } = fixture({ known: () => outside });
    await model.refresh();
    await model.search(box);
    assert.deepEqual([model.state.image, model.state.findings], [outside, undefined]);
    assert.deepEqual(asked('search/similar'), []);
  });

  it('keeps failures apart: of the index, of a search, of the picture', async () => {
    const { model } = fixture({
      search: ({ region }) => {
        if (region) throw regionTooSmall(region, 'a b.png');
        throw notIndexed('/data');
      },
      host: { findingsOf: () => Promise.reject(new Error('unreadable')) },
    });
    await model.refresh();
    await model.search(box);
    const { failure, similar, region, findings } = model.state;
    assert.equal(failure, undefined);
    assert.deepEqual([similar.failure?.code, similar.failure?.remedy], [ErrorCode.NotIndexed, 'index']);
    assert.equal(region?.failure?.code, ErrorCode.RegionInvalid);
    assert.match(region.failure.message, /too small/);
    assert.equal(findings, undefined);
    const broken = fixture({
      known: () => {
        throw notIndexed('/data');
      },
    });
    await broken.model.refresh();
    assert.equal(broken.model.state.failure?.code, ErrorCode.NotIndexed);
  });

  it('hands the picture on as plain bytes, or says why there is none', async () => {
    const { model, asked } = fixture();
    const picture = await model.picture(true);
    assert.ok('bytes' in picture);
    assert.equal(Object.getPrototypeOf(picture.bytes), Uint8Array.prototype);
    assert.deepEqual(asked('viewer/picture'), [{ file: FILE, decode: true, maxMegapixels: 9 }]);
    const engine = new FakeCaller({
      'viewer/picture': () => {
        throw corruptImage('a b.png', 'bad header');
      },
    });
    const { model: broken } = fixture({ host: { engine } });
    const failure = await broken.picture(false);
    assert.ok('code' in failure);
    assert.deepEqual([failure.code, failure.remedy], [ErrorCode.CorruptImage, 'none']);
  });

  it('asks for nothing in a restricted workspace', async () => {
    const { model, asked } = fixture({ host: { trusted: () => false } });
    await model.refresh();
    assert.equal(model.state.trusted, false);
    assert.deepEqual(asked('viewer/image'), []);
  });
});
