import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonPlaces } from '../../../src/core/json/jsonPlaces.ts';
import { JsonFault, JsonSections, type JsonElement } from '../../../src/core/json/jsonSections.ts';
import { formattedJson } from './formattedJson.ts';

const wanted = ['a', 'images'];

/** What is read of a text that comes in pieces of a size. */
function read(text: string, size: number) {
  const bytes = Buffer.from(text);
  const elements: { section: string; value: unknown; text: string; start: number; line: number }[] = [];
  const lists: string[] = [];
  const onElement = ({ section, bytes: own, start, line }: JsonElement) => {
    const shown = Buffer.from(own).toString();
    elements.push({ section, value: JSON.parse(shown), text: shown, start, line });
  };
  const sections = new JsonSections({
    wanted,
    onElement,
    onList: ({ start, end }) => lists.push(`[${bytes.subarray(start, end).toString()}]`),
  });
  for (let start = 0; start < bytes.length; start += size) sections.push(bytes.subarray(start, start + size));
  sections.end();
  return { elements, lists };
}

const documents = fc.dictionary(
  fc.constantFrom('a', 'images', 'b', 'other "key"\\', 'ü'),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }),
);

describe('the lists of a JSON file', () => {
  it('come element by element as JSON.parse has them, however the file is written and read', () => {
    const cases = documents.chain((document) =>
      fc.tuple(fc.constant(document), formattedJson(document), fc.integer({ min: 1, max: 40 })),
    );
    fc.assert(
      fc.property(cases, ([, text, size]) => {
        const { elements, lists } = read(text, size);
        const expected = Object.entries(JSON.parse(text) as Record<string, unknown[]>).filter(([key]) =>
          wanted.includes(key),
        );
        assert.deepEqual(
          elements.map(({ section, value }) => [section, value]),
          expected.flatMap(([section, list]) => list.map((value) => [section, value])),
        );
        assert.deepEqual(
          lists.map((list) => JSON.parse(list) as unknown),
          expected.map(([, list]) => list),
        );
        const bytes = Buffer.from(text);
        for (const { text: own, start, line } of elements) {
          assert.equal(bytes.subarray(start, start + Buffer.byteLength(own)).toString(), own);
          assert.equal(line, bytes.subarray(0, start).toString().split('\n').length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of a file that is none are refused, with the line', () => {
    const fault = (text: string) => {
      assert.throws(() => read(text, 7), JsonFault);
      try {
        read(text, 7);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.equal(fault(''), 'line 1: there is nothing in it');
    assert.equal(fault('[]'), 'line 1: it must hold an object');
    assert.equal(fault('{\n"images":\n{}}'), 'line 3: "images" must be a list');
    assert.equal(fault('{"b": 1,\n"images": [{"x": "y'), 'line 2: it ends too early, as if it were cut off');
    assert.equal(fault('{"b": 1}\n\nx'), 'line 3: there is more behind the end of the object');
    assert.equal(fault('{"b" 1}'), 'line 1: the colon behind "b" is missing');
    assert.equal(fault('{b: 1}'), 'line 1: a key in quotes is missing');
    assert.equal(fault('{"b": }'), 'line 1: a value is missing in "b"');
  });

  it('are told apart from values that are wanted as a whole, of any kind', () => {
    const text =
      '{"info": {"a": [1, "]}"]} ,"n":12,"a":[{"n": 1}],"list": [1, [2]],\n"text":"x\\"", "skipped": {}, "last":null}';
    for (const size of [1, 5, 1000]) {
      const wholes: Record<string, readonly [value: unknown, line: number]> = {};
      const elements: string[] = [];
      const sections = new JsonSections({
        wanted,
        onElement: ({ bytes }) => elements.push(Buffer.from(bytes).toString()),
        wholes: ['info', 'n', 'list', 'text', 'last'],
        onWhole: ({ section, bytes, line }) => {
          wholes[section] = [JSON.parse(Buffer.from(bytes).toString()) as unknown, line];
        },
      });
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += size) sections.push(bytes.subarray(start, start + size));
      sections.end();
      assert.deepEqual(elements, ['{"n": 1}']);
      assert.deepEqual(wholes, {
        info: [{ a: [1, ']}'] }, 1],
        n: [12, 1],
        list: [[1, [2]], 1],
        text: ['x"', 2],
        last: [null, 2],
      });
    }
  });

  it('tell all further keys, with the values that are not too long, however it is cut', () => {
    const long = `"${'x'.repeat(40)}"`;
    const text = `{"long": ${long}, "n": 12,"a": [{}], "lists": [1, [2]], "longer": {"x": ${long}}, "last": "]}"}`;
    for (const size of [1, 7, 10_000]) {
      const others: [string, unknown][] = [];
      const onOther = (key: string, bytes: Uint8Array | undefined) =>
        others.push([key, bytes && Buffer.from(bytes).toString()]);
      const sections = new JsonSections({
        wanted: ['a'],
        onElement: () => undefined,
        others: { largest: 20, onOther },
      });
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += size) sections.push(bytes.subarray(start, start + size));
      sections.end();
      assert.deepEqual(others, [
        ['long', undefined],
        ['n', '12'],
        ['lists', '[1, [2]]'],
        ['longer', undefined],
        ['last', '"]}"'],
      ]);
    }
  });

  it('may come behind a byte order mark', () => {
    assert.deepEqual(
      read('\uFEFF{"a":[1, 2.5]}', 2).elements.map(({ text }) => text),
      ['1', '2.5'],
    );
  });
});

it('the values of a JSON object are where they are said to be', () => {
  const objects = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(
      objects.chain((value) => fc.tuple(fc.constant(value), formattedJson(value))),
      ([, text]) => {
        const bytes = Buffer.from(text);
        const found = jsonPlaces(bytes).map(({ key, start, end }) => [
          key,
          JSON.parse(bytes.subarray(start, end).toString()) as unknown,
        ]);
        assert.deepEqual(Object.fromEntries(found), JSON.parse(text));
      },
    ),
    { numRuns: 300 },
  );
});
