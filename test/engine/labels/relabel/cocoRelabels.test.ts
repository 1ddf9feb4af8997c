import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import { withEdits } from '../../../../src/core/labels/relabel/byteEdits.ts';
import { planCocoRelabels } from '../../../../src/engine/labels/relabel/cocoRelabels.ts';
import { writeEdits } from '../../../../src/engine/labels/relabel/writeEdits.ts';
import { formattedJson } from '../../../core/json/formattedJson.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { write } from '../../indexing/dataset.ts';
import { plannedWork } from './plannedWork.ts';

interface Coco {
  images: { id: number; file_name: string }[];
  annotations: { id: number; image_id: number; category_id: number; bbox?: number[]; note?: unknown }[];
  categories: { id: number; name: string; supercategory?: string }[];
  [other: string]: unknown;
}

const documents: fc.Arbitrary<Coco> = fc
  .record({
    own: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    note: fc.jsonValue({ maxDepth: 2 }),
    order: fc.shuffledSubarray(['info', 'images', 'annotations', 'categories'], { minLength: 4 }),
    supercategory: fc.boolean(),
  })
  .map(({ own, note, order, supercategory }) => {
    const parts: Coco = {
      info: note,
      images: own.map((_, i) => ({ id: i, file_name: `${i}.png` })),
      annotations: own.flatMap((codes, i) =>
        codes.map((code, k) => ({ note, image_id: i, bbox: [0, 1e2, k, 0.5], category_id: 10 * code, id: 10 * i + k })),
      ),
      categories: [1, 2, 3].map((code) => ({
        ...(supercategory && { supercategory: 'ä' }),
        id: 10 * code,
        name: `c${code}`,
      })),
    };
    return Object.fromEntries(order.map((key) => [key, parts[key]])) as Coco;
  });

it('the categories of annotations are changed and added to, and every other byte of a file stays', async (context) => {
  const root = temporaryFolder(context);
  const cases = documents.chain((document) =>
    fc.tuple(
      fc.constant(document),
      formattedJson(document),
      fc.constantFrom('', '\uFEFF'),
      fc.array(fc.constantFrom('c1', 'c2', 'new "ü"', 'newer'), { minLength: 4, maxLength: 4 }),
    ),
  );
  let count = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ([document, text, mark, names]) => {
      const file = `${count++}.json`;
      write(root, file, mark + text);
      const paths = document.images.map(({ file_name }) => file_name);
      const to = Object.fromEntries(paths.map((path, i) => [path, names[i]!]));
      const work = await plannedWork(root, { source: 'coco', file }, paths, to);
      const plan = await planCocoRelabels(work);
      assert.ok(plan.files.length <= 1);
      for (const { edits } of plan.files) {
        const before = readFileSync(join(root, file)).toString('latin1');
        await writeEdits(plan.files[0]!);
        const after = readFileSync(join(root, file)).toString('latin1');
        assert.equal(after, withEdits(before, edits));
        // From the end, each edit's text is there, and what is between is as it was.
        let [a, b] = [before.length, after.length];
        for (const { start, end, text: own } of edits.toReversed()) {
          const tail = a - end;
          assert.equal(after.slice(b - tail, b), before.slice(end, a));
          b -= tail;
          assert.equal(after.slice(b - own.length, b), own);
          b -= own.length;
          a = start;
        }
        assert.equal(after.slice(0, b), before.slice(0, a));
      }
      // The same by JSON: what agrees or is unambiguous says what was decided, all else is equal.
      const expected = structuredClone(JSON.parse(text) as Coco);
      const nameOf = new Map(expected.categories.map(({ id, name }) => [id, name]));
      const done = new Set(plan.changes.map(({ path }) => path));
      const now = JSON.parse(readFileSync(join(root, file), 'utf8').replace('\uFEFF', '')) as Coco;
      const idOf = new Map(now.categories.map(({ id, name }) => [name, id]));
      for (const { path } of work.wanted.values()) {
        const own = expected.annotations.filter(({ image_id }) => `${image_id}.png` === path);
        const several = new Set(own.map(({ category_id }) => nameOf.get(category_id))).size > 1;
        const reason = plan.problems.find((problem) => problem.path === path)?.reason ?? '';
        assert.equal(done.has(path), own.length > 0 && !several);
        if (own.length === 0) assert.match(reason, /has no annotation of it/);
        if (several) assert.match(reason, /are of several classes \(c/);
        if (done.has(path)) for (const annotation of own) annotation.category_id = idOf.get(to[path]!)!;
      }
      const added = [...idOf].filter(([name]) => !expected.categories.some((one) => one.name === name));
      for (const [name, id] of added) {
        const { supercategory } = expected.categories[0]!;
        expected.categories.push({ ...(supercategory !== undefined && { supercategory: '' }), id, name });
      }
      assert.deepEqual(now, expected);
      assert.deepEqual(Object.keys(now), Object.keys(expected));
      assert.deepEqual(
        added.map(([, id]) => id),
        added.map((_, i) => 31 + i),
        'new ones get the next numbers',
      );
      const again = await planCocoRelabels(await plannedWork(root, { source: 'coco', file }, paths, to));
      assert.deepEqual([again.changes, again.files], [[], []], 'nothing is left to do');
    }),
    { numRuns: 60 },
  );
});

it('a new category gets a number that no annotation has, be it of a category that is not listed', async (context) => {
  const root = temporaryFolder(context);
  const annotation = (id: number, code: number) => ({ id, image_id: id, category_id: code, bbox: [0, 0, 1, 1] });
  const document = {
    images: [1, 2, 3].map((id) => ({ id, file_name: `${id}.png` })),
    annotations: [annotation(1, 1), annotation(2, 2), annotation(3, 7)],
    categories: [
      { id: 1, name: 'dog' },
      { id: 5, name: 'dog' },
    ],
  };
  write(root, 'a.json', JSON.stringify(document));
  const paths = ['1.png', '2.png', '3.png'];
  const work = await plannedWork(root, { source: 'coco', file: 'a.json' }, paths, { '1.png': 'fish' });
  const { files } = await planCocoRelabels(work);
  await writeEdits(files[0]!);
  const now = JSON.parse(readFileSync(join(root, 'a.json'), 'utf8')) as Coco;
  assert.deepEqual(now.categories.at(-1), { id: 8, name: 'fish' });
  assert.deepEqual(
    now.annotations.map(({ category_id }) => category_id),
    [8, 2, 7],
  );
});
