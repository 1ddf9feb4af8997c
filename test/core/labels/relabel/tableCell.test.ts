import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { utf8Latin, withEdits } from '../../../../src/core/labels/relabel/byteEdits.ts';
import { fieldWith } from '../../../../src/core/labels/relabel/tableCell.ts';
import { separatorOf, tableLines } from '../../../../src/core/tables/delimitedText.ts';
import { parseTable } from '../../tables/parseTable.ts';

const latin = (text: string) => Buffer.from(text).toString('latin1');
const utf8 = (text: string) => Buffer.from(text, 'latin1').toString();

it('a field of a table gets another value, and every other byte stays', () => {
  const value = fc.string({ unit: fc.constantFrom('a', 'B', 'ü', ' ', ',', ';', '\t', '"', '\n', '\r\n', '日') });
  const cell = fc.record({ value, quoted: fc.boolean(), spaces: fc.constantFrom('', ' ', '\t ') });
  const table = fc.record({
    rows: fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }),
    separator: fc.constantFrom(',', ';', '\t'),
    ending: fc.constantFrom('\n', '\r\n'),
    mark: fc.constantFrom('', '\uFEFF'),
    last: fc.boolean(),
    at: fc.tuple(fc.nat(), fc.nat(2)),
    // As decisions have them: without spaces around.
    to: value.map((text) => text.trim()).filter((text) => text !== ''),
  });
  fc.assert(
    fc.property(table, ({ rows, separator, ending, mark, last, at, to }) => {
      const written = rows.map((cells) =>
        cells
          .map(({ value: text, quoted, spaces }) =>
            quoted || /["\n\r,;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : spaces + text + spaces,
          )
          .join(separator),
      );
      const whole = `${mark}${['x', 'y', 'z'].join(separator)}${ending}${written.join(ending)}${last ? ending : ''}`;
      const text = latin(whole);
      const lines = [...tableLines(text)];
      const line = lines[1 + (at[0] % Math.max(1, lines.length - 1))];
      const field = line?.fields[at[1]];
      if (field === undefined || lines.length < 2) return;
      assert.equal(separatorOf(text), separator);
      const own = fieldWith(text.slice(field.start, field.end), utf8Latin(to), separator);
      const after = withEdits(text, [{ start: field.start, end: field.end, text: own }]);
      assert.equal(after.slice(0, field.start), text.slice(0, field.start));
      assert.equal(after.slice(field.start + own.length), text.slice(field.end));
      const [before, now] = [text, after].map((one) => parseTable(one).map((row) => row.map(utf8)));
      const rowIndex = lines.indexOf(line!);
      before![rowIndex]![at[1]] = to;
      assert.deepEqual(
        now!.map((row, i) => row.map((one, k) => (i === rowIndex && k === at[1] ? one.trim() : one))),
        before,
      );
      const raw = text.slice(field.start, field.end);
      if (raw.startsWith('"')) assert.ok(own.startsWith('"'), 'what is in quotes stays in quotes');
    }),
    { numRuns: 1000 },
  );
});

it('a field keeps its quotes and spaces', () => {
  assert.equal(fieldWith('cat', 'dog', ','), 'dog');
  assert.equal(fieldWith(' cat\t', 'dog', ','), ' dog\t');
  assert.equal(fieldWith('" cat "', 'dog', ','), '" dog "');
  assert.equal(fieldWith('cat', 'a,b', ','), '"a,b"');
  assert.equal(fieldWith('cat', 'a,b', ';'), 'a,b');
  assert.equal(fieldWith('"cat"', 'a "b"', ','), '"a ""b"""');
  assert.equal(fieldWith('', 'dog', ','), 'dog');
});
