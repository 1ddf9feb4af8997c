import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeFilter } from '../../../src/core/filters/completeFilter.ts';
import { filterSubjects } from '../../../src/core/filters/filterSubjects.ts';

const subjects = filterSubjects({
  paths: ['train/cat/1.jpg', 'train/dog/2.jpg', 'test/cat/3.jpg'],
  columns: [
    { id: 'class', name: 'Class', kind: 'names', lists: [['dog'], ['tabby cat']], codes: Int32Array.of(1, 0, 1) },
    { id: 'finding', name: 'Finding', kind: 'names', lists: [[]], codes: Int32Array.of(0, 0, 0), known: ['leak'] },
    {
      id: 'lowInformation',
      name: 'Information score',
      kind: 'numbers',
      values: Float64Array.of(0.25, 0.5, Number.NaN),
    },
  ],
});

describe('completing a filter', () => {
  it('offers the words of captions, with how many images have each', () => {
    const captions = filterSubjects({
      paths: ['1.jpg', '2.jpg', '3.jpg'],
      columns: [
        {
          ...{ id: 'caption', name: 'Word of the caption', kind: 'texts' },
          lists: [['A red star, a red moon'], ['A blue moon']],
          codes: Int32Array.of(0, 1, 0),
        },
      ],
    });
    const { items } = completeFilter('caption:m', 9, captions);
    assert.deepEqual(
      items.map(({ label, detail, insert }) => [label, detail, insert]),
      [['moon', '3', 'moon ']],
    );
    assert.equal(completeFilter('re', 2, captions).items[0]?.insert, 'caption:red ');
  });

  it('offers all that can be filtered by where nothing is written, with what there is', () => {
    const { items } = complete('|');
    assert.deepEqual(
      items.map(({ label, detail }) => [label, detail]),
      [
        ['class', 'Class, 2'],
        ['finding', 'Finding, 1'],
        ['lowInformation', 'Information score, 0.25 to 0.5'],
        ['path', 'Path or folder'],
        ['no', 'Without any'],
        ['has', 'With some'],
      ],
    );
  });

  it('offers fields by the beginnings of their words, and names of classes and tags', () => {
    assert.deepEqual(labels('class:dog in|'), ['lowInformation']);
    assert.deepEqual(labels('-do|'), ['class:dog']);
    assert.equal(done('-do|', 0), '-class:dog |');
    assert.equal(done('cla|', 0), 'class:|');
    assert.equal(done('lo|', 0), 'lowInformation<|');
  });

  it('offers the names of a field with counts, the most frequent first, in quotes where they need them', () => {
    const { items } = complete('class:|');
    assert.deepEqual(
      items.map(({ label, detail }) => [label, detail]),
      [
        ['tabby cat', '2'],
        ['dog', '1'],
      ],
    );
    assert.equal(done('class:ta|', 0), 'class:"tabby cat" |');
    assert.equal(done('class:dog,"ta|', 0), 'class:dog,"tabby cat" |');
    assert.equal(done('label:d|og split:x', 0), 'label:dog | split:x');
    assert.equal(done('class:"tab|by cat"', 0), 'class:"tabby cat" |');
    assert.equal(done('class:d|,cat', 0), 'class:dog|,cat');
    assert.equal(done('cl|ass:dog', 0), 'class|:dog');
    assert.equal(done('cla|:dog', 0), 'class|:dog');
    assert.equal(done('lowI|<.3', 0), 'lowInformation|<.3');
    assert.deepEqual(labels('finding:|'), ['leak']);
  });

  it('offers folders for paths, filled fields for no and has, and signs for numbers', () => {
    assert.deepEqual(labels('path:tr|'), ['train', 'train/cat', 'train/dog']);
    assert.deepEqual(labels('no:|'), ['class', 'lowInformation']);
    assert.deepEqual(labels('lowInformation:|'), ['<', '>', '<=', '>=']);
    assert.deepEqual(labels('lowInformation<|'), []);
    assert.deepEqual(labels('colour:|'), []);
  });
});

/** The text, with `|` for the cursor. */
function complete(text: string) {
  return completeFilter(text.replace('|', ''), text.indexOf('|'), subjects);
}

function labels(text: string): string[] {
  return complete(text).items.map(({ label }) => label);
}

/** The text with one of the items taken. */
function done(text: string, item: number): string {
  const { from, to, items } = complete(text);
  const plain = text.replace('|', '');
  return `${plain.slice(0, from)}${items[item]!.insert}|${plain.slice(to)}`;
}
