import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';
import type { RecommendedOffer } from '../../../src/core/hub/hubPlan.ts';
import { encoderSections } from '../../../src/extension/encoders/encoderSections.ts';
import { encoderCard } from '../../cards.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';

function card(id: string, source: string): EncoderCard {
  return { ...encoderCard(id, 8), source };
}

function offer(id: string, changes: Partial<RecommendedOffer> = {}): RecommendedOffer {
  const [repository, file] = [`some/${id}`, 'onnx/model.onnx'];
  return {
    ...{ id, name: `Name of ${id}`, goodAt: 'telling cats apart', dim: 384, megabytes: 88.5, licence: 'mit' },
    ...{ repository, file, reference: `hf:${repository}#${file}`, isHere: false },
    ...changes,
  };
}

const cards = [
  card('likeness-1', 'built-in'),
  card('pixels', 'built-in'),
  card('mine', '/models/mine.onnx'),
  { ...card('sentences', '/models/sentences'), encodes: 'texts' as const },
  card('trained', 'run 2026-01-01'),
  card('dino', `hf:some/dino@${commit}#onnx/model.onnx`),
];
const recommended = [offer('dino'), offer('clip')];
const downloaded = ['dino#onnx/model.onnx', 'clip#onnx/model.onnx', 'other#model_fp16.onnx'].map((name) => {
  const [repository = '', model = ''] = `some/${name}`.split('#');
  return { reference: `hf:some/${name}`, repository, model, bytes: 44e6, licence: 'mit' };
});

test('what is in use comes first, then what is near, then the ways to more', () => {
  const sections = encoderSections({ cards, current: 'mine', recommended, downloaded });
  assert.deepEqual(
    sections.map(({ title, rows }) => [title, rows.map(({ choice }) => ('id' in choice ? choice.id : choice.kind))]),
    [
      ['in use', ['mine']],
      ['trained here', ['trained']],
      ['of this folder', ['dino']],
      ['of captions', ['sentences']],
      ['built in', ['likeness-1', 'pixels']],
      ['downloaded before', ['hub']],
      ['others', ['repository', 'file', 'folder']],
      ['recommended', ['hub']],
    ],
  );
  const [use] = sections[0]!.rows;
  assert.match(use!.label, /^\$\(check\) /);
  assert.match(use!.description!, /in use$/);
});

test('sections without encoders are left out', () => {
  const sections = encoderSections({ cards: cards.slice(0, 1), current: undefined, recommended: [], downloaded: [] });
  assert.deepEqual(
    sections.map(({ title }) => title),
    ['built in', 'others'],
  );
});

test('a recommended encoder says what it is good at, its size and its licence', () => {
  const rows = (changes: Partial<RecommendedOffer>) =>
    encoderSections({ cards: [], current: undefined, recommended: [offer('clip', changes)], downloaded: [] }).at(-1)!
      .rows;
  const [row] = rows({});
  assert.deepEqual(
    [row!.label, row!.description, row!.detail],
    ['$(cloud-download) Name of clip', '384 dimensions · about 89 MB · licence mit', 'telling cats apart (some/clip)'],
  );
  assert.deepEqual(row!.choice, { kind: 'hub', reference: 'hf:some/clip#onnx/model.onnx' });
  assert.match(rows({ isHere: true })[0]!.description!, /about 89 MB, downloaded already/);
  const { licence: _, ...without } = offer('clip');
  const [unlicensed] = encoderSections({ cards: [], current: undefined, recommended: [without], downloaded: [] }).at(
    -1,
  )!.rows;
  assert.match(unlicensed!.description!, /licence not stated$/);
});

test('encoders of captions are recommended apart from those of images', () => {
  const offers = [
    offer('clip'),
    offer('minilm', { encodes: 'texts', goodAt: 'captions, not images' }),
    offer('dinov2'),
  ];
  const sections = encoderSections({ cards: [], current: undefined, recommended: offers, downloaded: [] }).slice(-2);
  assert.deepEqual(
    sections.map(({ title, rows }) => [title, rows.map(({ label }) => label)]),
    [
      ['recommended', ['$(cloud-download) Name of clip', '$(cloud-download) Name of dinov2']],
      ['recommended for captions', ['$(cloud-download) Name of minilm']],
    ],
  );
  assert.match(sections[1]!.rows[0]!.detail!, /^captions, not images/);
});

test('what was downloaded for another folder is offered, unless it is in the list already', () => {
  const sections = encoderSections({ cards, current: undefined, recommended, downloaded });
  const rows = sections.find(({ title }) => title === 'downloaded before')!.rows;
  assert.deepEqual(rows, [
    {
      label: '$(cloud) other fp16',
      description: '44 MB, downloaded already · licence mit',
      detail: 'hf:some/other#model_fp16.onnx',
      choice: { kind: 'hub', reference: 'hf:some/other#model_fp16.onnx' },
    },
  ]);
});

test('the other ways stay in the list whatever is typed', () => {
  const ways = encoderSections({ cards, current: undefined, recommended: [], downloaded: [] }).at(-1)!.rows;
  assert.equal(ways.length, 3);
  assert.ok(ways.every(({ alwaysShow }) => alwaysShow === true));
});
