import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode, notIndexed } from '../../../src/core/errors.ts';
import { encoderWithoutText } from '../../../src/core/encoders/textErrors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { SimilarModel } from '../../../src/extension/similar/similarModel.ts';
import type { SavedQuery } from '../../../src/extension/similar/similarModel.ts';
import type {
  SimilarReport,
  SimilarRequest,
  TextSearchReport,
  TextSearchRequest,
} from '../../../src/protocol/engine.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { FakeCaller } from '../fakeCaller.ts';

type Search = (request: SimilarRequest, signal: AbortSignal) => SimilarReport | Promise<SimilarReport>;

const reportOf = ({ image }: SimilarRequest): SimilarReport => ({
  root: '/data',
  query: { path: image.replace('/data/', ''), label: 'cat', split: 'train' },
  encoder: { id: 'handcrafted', dim: 4 },
  approximate: false,
  recall: 1,
  results: [{ path: `like ${image}`, similarity: 0.9, label: 'cat', split: 'test' }],
  searched: 10,
});

const textReportOf = ({ texts, minus = [] }: TextSearchRequest): TextSearchReport => ({
  ...reportOf({ image: '/data/x.png', count: 5 }),
  query: { texts, minus, image: undefined, imageWeight: undefined },
  notices: texts.filter((text) => text.length > 20).map((text) => `${text} was cut`),
});

type SearchText = (request: TextSearchRequest, options: CallOptions) => TextSearchReport | Promise<TextSearchReport>;

function fixture(search: Search = reportOf, saved?: SavedQuery, searchText: SearchText = textReportOf) {
  const engine = new FakeCaller({
    'search/similar': (request, { signal }) => search(request, signal!),
    'search/text': searchText,
  });
  const saves: SavedQuery[] = [];
  const host = {
    engine,
    scanSettings: () => ({ maxMegapixels: 9 }),
    count: () => 5,
    following: () => true,
    trusted: () => true,
    indexing: (file: string) => file === '/data/being indexed.png',
    classesOf: () => Promise.resolve(['cat', 'dog', 'owl']),
    save: (query: SavedQuery) => saves.push(query),
  };
  const model = new SimilarModel(host, saved);
  const requests = (): SimilarRequest[] => engine.asked.map(({ params }) => params as SimilarRequest);
  return { model, requests, saves };
}

test('a search shows its query and what was found', async () => {
  const { model, requests } = fixture();
  const searching = model.show('/data/train/cat/a b.png');
  assert.equal(model.state.searching, true);
  assert.equal(model.state.query?.name, 'a b.png');
  await searching;
  const after = model.state;
  assert.deepEqual([after.query?.label, after.query?.split, after.searching], ['cat', 'train', false]);
  assert.deepEqual(
    after.results?.images.map(({ path }) => path),
    ['like /data/train/cat/a b.png'],
  );
  assert.deepEqual(requests(), [
    { image: '/data/train/cat/a b.png', count: 5, scan: { maxMegapixels: 9 }, filter: {} },
  ]);
});

test('the state tells whether the folder of the query is being indexed', async () => {
  const { model } = fixture();
  assert.equal(model.state.indexing, false);
  await model.show('/data/being indexed.png');
  assert.equal(model.state.indexing, true);
  await model.show('/data/indexed.png');
  assert.equal(model.state.indexing, false);
});

test('the newest query wins, whichever is answered first', async () => {
  let answerFirst: () => void = () => undefined;
  const { model } = fixture((request) =>
    request.image === '/data/first.png'
      ? new Promise(
          (resolve) =>
            (answerFirst = () => {
              resolve(reportOf(request));
            }),
        )
      : reportOf(request),
  );
  const first = model.show('/data/first.png');
  await model.show('/data/second.png');
  answerFirst();
  await first;
  assert.equal(model.state.query?.name, 'second.png');
  assert.deepEqual(
    model.state.results?.images.map(({ path }) => path),
    ['like /data/second.png'],
  );
  assert.equal(model.state.searching, false);
});

test('the same class and the other classes are searched for by name', async () => {
  const { model, requests } = fixture();
  await model.show('/data/a.png');
  await model.narrow({ relation: 'same' });
  assert.deepEqual(requests().at(-1)?.filter, { classes: ['cat'] });
  await model.narrow({ relation: 'other' });
  assert.deepEqual(requests().at(-1)?.filter, { classes: ['dog', 'owl'] });
  await model.narrow({ filter: { classes: ['cat', 'owl'], splits: ['test'] } });
  assert.deepEqual(requests().at(-1)?.filter, { classes: ['owl'], splits: ['test'] });
});

test('a new query drops the filter of the old one', async () => {
  const { model } = fixture();
  await model.show('/data/a.png');
  await model.narrow({ filter: { splits: ['test'] } });
  await model.show('/data/b.png');
  assert.deepEqual(model.state.filter, {});
});

test('a failure is shown with its remedy, and a later success takes it away', async () => {
  let failing = true;
  const { model } = fixture((request) => {
    if (failing) throw notIndexed('/data');
    return reportOf(request);
  });
  await model.show('/data/a.png');
  assert.deepEqual([model.state.failure?.code, model.state.failure?.remedy], [ErrorCode.NotIndexed, 'index']);
  failing = false;
  await model.imagesChanged();
  assert.equal(model.state.failure, undefined);
  assert.ok(model.state.results);
});

test('the query is saved, and waits after a reload until it is searched for', async () => {
  const saved = { file: '/elsewhere/a.png', folder: '/data', relation: 'same' } as const;
  const { model, requests, saves } = fixture(reportOf, saved);
  assert.ok(model.isWaiting);
  assert.equal(requests().length, 0);
  await model.search();
  assert.ok(!model.isWaiting);
  assert.equal(requests()[0]?.folder, '/data');
  assert.deepEqual(saves, [saved]);
});

test('every change has a revision of its own, and changed images another', async () => {
  const { model } = fixture();
  const revisions: number[] = [];
  model.onDidChange(() => revisions.push(model.state.revision));
  await model.show('/data/a.png');
  const { imagesRevision } = model.state;
  await model.imagesChanged();
  assert.deepEqual(
    revisions,
    revisions.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(revisions).size, revisions.length);
  assert.ok(model.state.imagesRevision > imagesRevision);
});

const words = {
  ...{ folder: '/data', texts: ['a red car'], minus: ['night'] },
  ...{ image: undefined, imageWeight: 0.5, captions: false },
};

test('words take the place of an image, and an image that of words', async () => {
  const { model, requests, saves } = fixture();
  await model.show('/data/a.png');
  await model.showText(words);
  assert.deepEqual([model.state.query, model.state.text?.name], [undefined, 'a red car − night']);
  assert.equal(model.state.results?.images.length, 1);
  assert.deepEqual(requests().at(-1), {
    ...{ folder: '/data', texts: ['a red car'], minus: ['night'], count: 5, filter: {}, scan: { maxMegapixels: 9 } },
  });
  assert.deepEqual(saves.at(-1), { words });
  await model.show('/data/b.png');
  assert.deepEqual([model.state.text, model.state.query?.name], [undefined, 'b.png']);
});

test('a text that was cut is told of, and an image beside the words is named', async () => {
  const { model } = fixture();
  const long = 'a very long description of a car';
  await model.showText({ ...words, texts: [long], minus: [], image: '/data/c0/like.png' });
  assert.equal(model.state.text?.name, `${long} + like.png`);
  assert.deepEqual(model.state.text.notices, [`${long} was cut`]);
});

test('an image counts beside words as much as somebody says, also after a reload', async () => {
  const { model, requests, saves } = fixture();
  const weightIn = (all: readonly unknown[]) => (all.at(-1) as TextSearchRequest).imageWeight;
  await model.showText({ ...words, minus: [], image: '/data/c0/like.png' });
  assert.equal(weightIn(requests()), 0.5);
  await model.weigh(0.2);
  assert.equal(weightIn(requests()), 0.2);
  assert.equal(model.state.text?.name, 'a red car + like.png × 0.2');
  const again = fixture(reportOf, saves.at(-1));
  await again.model.search();
  assert.equal(weightIn(again.requests()), 0.2);
});

test('there is nothing to weigh in words alone, or an image alone', async () => {
  const { model, requests } = fixture();
  await model.showText(words);
  const asked = requests().length;
  await model.weigh(0.2);
  await model.show('/data/a.png');
  await model.weigh(0.2);
  assert.equal(requests().length, asked + 1);
  assert.equal(model.state.text, undefined);
});

test('words that were searched for before a reload are searched for again', async () => {
  const { model } = fixture(reportOf, { words });
  assert.deepEqual([model.isWaiting, model.state.text?.name], [true, 'a red car − night']);
  await model.search();
  assert.equal(model.state.results?.root, '/data');
});

test('an encoder that knows no words is a matter of choosing another', async () => {
  const { model } = fixture(reportOf, undefined, () => {
    throw encoderWithoutText('Handcrafted');
  });
  await model.showText(words);
  const { failure } = model.state;
  assert.deepEqual([failure?.code, failure?.remedy], [ErrorCode.EncoderWithoutText, 'encoder']);
  assert.match(failure!.message, /Handcrafted has no text half/);
});

test('captions are searched where they are asked for, what read them is told, and a reload asks for them again', async () => {
  const readBy = 'the sentence encoder MiniLM';
  const { model, requests, saves } = fixture(reportOf, undefined, (request) => ({ ...textReportOf(request), readBy }));
  const inCaptions = { ...words, captions: true };
  await model.showText(inCaptions);
  assert.equal((requests().at(-1) as unknown as TextSearchRequest).captions, true);
  assert.deepEqual([model.state.text?.captions, model.state.results?.readBy], [true, readBy]);
  assert.deepEqual(saves.at(-1), { words: inCaptions });
  assert.equal(fixture(reportOf, { words: inCaptions }).model.state.text?.captions, true);
  const { folder, texts, minus, image } = words;
  assert.equal(fixture(reportOf, { words: { folder, texts, minus, image } }).model.state.text?.captions, false);
});

test('a search that has to read captions first tells how far it is, until something else is searched', async () => {
  const told: ((progress: Progress) => void)[] = [];
  const answers: (() => void)[] = [];
  const { model } = fixture(reportOf, undefined, async (request, { onProgress }) => {
    told.push(onProgress!);
    await new Promise<void>((answer) => answers.push(answer));
    return textReportOf(request);
  });
  const reading = {
    phase: 'Reading captions',
    done: 120,
    total: 400,
    rate: 85,
    secondsLeft: 3,
    unit: 'texts',
  } as const;
  const first = model.showText({ ...words, captions: true });
  assert.equal(model.state.progress, undefined);
  told[0]!(reading);
  assert.deepEqual([model.state.progress, model.state.searching], [reading, true]);
  const second = model.showText({ ...words, texts: ['a dog'], captions: true });
  assert.equal(model.state.progress, undefined);
  told[0]!({ ...reading, done: 130 });
  assert.equal(model.state.progress, undefined, 'nothing is told of a search that was overtaken');
  told[1]!(reading);
  for (const answer of answers) answer();
  await Promise.all([first, second]);
  assert.deepEqual([model.state.progress, model.state.searching], [undefined, false]);
});
