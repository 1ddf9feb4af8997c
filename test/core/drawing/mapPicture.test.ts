import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortened, textDots, textWidth } from '../../../src/core/drawing/bitmapFont.ts';
import { categoryColours, hexColour, NO_CATEGORY } from '../../../src/core/drawing/categoryColours.ts';
import { densityGrid } from '../../../src/core/drawing/density.ts';
import { drawMap, type DrawnMap } from '../../../src/core/drawing/mapPicture.ts';
import { Raster } from '../../../src/core/drawing/raster.ts';

const size = { width: 900, height: 500 };
const square: DrawnMap = {
  x: Float32Array.of(0, 10, 0, 10),
  y: Float32Array.of(0, 0, 10, 10),
  labels: ['cat', 'dog', 'dog', undefined],
  cluster: Int32Array.of(0, -1, -1, -1),
  clusters: [{ id: 0, name: 'cats' }],
  withoutLabel: 'no label',
  title: 'A map',
  subtitle: 'of four',
};

function colourAt({ pixels, width }: Raster, x: number, y: number): number[] {
  return [...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

test('dots lie where the map has them, y upwards, in the colour of their class', () => {
  const raster = drawMap(square, size);
  const [dog] = categoryColours(2);
  const near = (colour: readonly number[], expected: readonly number[]) =>
    colour.every((value, i) => Math.abs(value - expected[i]!) < 40);
  // The frame is 380 dots high, and the square as large as fits, in the middle.
  const [top, bottom] = [84, 464];
  const corners = [];
  for (let x = 0; x < 560; x++) if (near(colourAt(raster, x, bottom), dog!)) corners.push(x);
  const right = corners.at(-1)! - 3;
  assert.ok(near(colourAt(raster, right - 380, top), dog!), 'the dog at the upper left');
  assert.ok(near(colourAt(raster, right, top), NO_CATEGORY), 'the one without a label at the upper right');
});

test('the same map gives the same picture, whatever is in its names', () => {
  const odd = { ...square, title: 'Größe 猫 → \u0000', labels: ['', 'x'.repeat(200), 'é', undefined] };
  assert.deepEqual(drawMap(odd, size).pixels, drawMap(odd, size).pixels);
});

test('points at one place, and many classes, are drawn too', () => {
  const count = 300;
  const crowded = {
    ...square,
    x: new Float32Array(count),
    y: new Float32Array(count),
    labels: Array.from({ length: count }, (_, i) => `class ${i}`),
    cluster: new Int32Array(count),
  };
  assert.equal(drawMap(crowded, size).pixels.length, 900 * 500 * 3);
});

test('letters have the dots of the font, their corners smoothed', () => {
  const rows = Array.from({ length: 14 }, () => Array.from({ length: 10 }, () => '.'));
  textDots('L', (column, row) => (rows[row]![column] = '#'));
  const art = rows.map((row) => row.join(''));
  assert.deepEqual([art[0], art[11], art[12], art[13]], ['##........', '###.......', '##########', '.#########']);
  let dots = 0;
  textDots(' ', () => dots++);
  assert.equal(dots, 0);
});

test('texts are measured and shortened by letters, without accents', () => {
  assert.equal(textWidth('abc'), 17);
  assert.equal(textWidth('ábc'), 17);
  assert.equal(shortened('abcdef', 4), 'abc…');
  assert.equal(shortened('abcd', 4), 'abcd');
});

test('colours differ from each other', () => {
  const colours = categoryColours(60).map(hexColour);
  assert.equal(new Set(colours).size, 60);
  for (const colour of colours) assert.match(colour, /^#[0-9a-f]{6}$/);
});

test('density is highest where most points are, and symmetric around one', () => {
  const grid = densityGrid(Uint32Array.of(5 * 11 + 5), 11, 11, 1);
  assert.equal(grid[5 * 11 + 5], Math.max(...grid));
  assert.ok(Math.abs(grid[5 * 11 + 3]! - grid[5 * 11 + 7]!) < 1e-6);
  assert.ok(Math.abs(grid[3 * 11 + 5]! - grid[5 * 11 + 3]!) < 1e-6);
  assert.equal(grid[0], 0);
});

test('discs have smooth edges, and nothing is drawn outside', () => {
  const raster = new Raster(9, 9, [255, 255, 255]);
  raster.disc(4, 4, 2.2, [0, 0, 0]);
  raster.disc(-50, 4, 3, [0, 0, 0]);
  assert.deepEqual(colourAt(raster, 4, 4), [0, 0, 0]);
  const edge = colourAt(raster, 6, 5)[0]!;
  assert.ok(edge > 0 && edge < 255);
  assert.deepEqual(colourAt(raster, 0, 0), [255, 255, 255]);
});
