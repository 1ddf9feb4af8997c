/**
 * Which edited copies of photographs a check finds, and what else it takes for copies.
 *
 *     npm run bench -- copies [--folder FOLDER] [--images 800] [--each 20] [--encoder ID|FILE.onnx]
 *
 * Of a folder of photographs so many are taken, and of some of these one copy each is edited in each way and put beside them. A copy
 * is found where it is in a group of near or exact duplicates with its original or another copy of it.
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { encoderArgument } from '../../src/cli/paths.ts';
import { Engine } from '../../src/engine/engine.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { shared } from '../shared.ts';
import { printTable } from './report.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: shared('data/clothing') },
    images: { type: 'string', default: '800' },
    each: { type: 'string', default: '20' },
    encoder: { type: 'string' },
  },
});

type Edit = (bytes: Buffer, width: number, height: number) => Sharp;

/** A part of a picture, as shares of its width and height. */
const cropped =
  (left: number, top: number, width: number, height: number): Edit =>
  (bytes, w, h) =>
    sharp(bytes).extract({
      left: Math.round(left * w),
      top: Math.round(top * h),
      width: Math.round(width * w),
      height: Math.round(height * h),
    });
const middle = (share: number): Edit => cropped((1 - share) / 2, (1 - share) / 2, share, share);
const corner = (share: number): Edit => cropped(1 - share, 0, share, share);
const turned =
  (degrees: number): Edit =>
  (bytes) =>
    sharp(bytes).rotate(degrees, { background: '#fff' });
const bordered =
  (share: number, background: string): Edit =>
  (bytes, w, h) => {
    const [x, y] = [Math.round(share * w), Math.round(share * h)];
    return sharp(bytes).extend({ left: x, right: x, top: y, bottom: y, background });
  };

const edits: Readonly<Record<string, Edit>> = {
  'JPEG of quality 10': (bytes) => sharp(bytes).jpeg({ quality: 10 }),
  'a quarter of the size': (bytes, w) => sharp(bytes).resize(Math.round(w / 4)),
  'darker, less contrast': (bytes) => sharp(bytes).linear(0.6, 10),
  grey: (bytes) => sharp(bytes).grayscale(),
  blurred: (bytes) => sharp(bytes).blur(3),
  mirrored: (bytes) => sharp(bytes).flop(),
  'turned by 90°': turned(90),
  'turned by 1°': turned(1),
  'turned by 3°': turned(3),
  'middle 90 %': middle(0.9),
  'middle 80 %': middle(0.8),
  'middle 70 %': middle(0.7),
  'middle 60 %': middle(0.6),
  'corner 90 %': corner(0.9),
  'corner 80 %': corner(0.8),
  'lower fifth cut off': cropped(0, 0, 1, 0.8),
  'middle 90 %, mirrored': (bytes, w, h) => middle(0.9)(bytes, w, h).flop(),
  'white border of 5 %': bordered(0.05, '#fff'),
  'black border of 10 %': bordered(0.1, '#000'),
};

const root = mkdtempSync(join(tmpdir(), 'likeness-copies-'));
const engine = new Engine({ ...engineOptions(), cacheFolder: join(root, '.cache') });
try {
  const all = globSync('**/*.{jpg,jpeg,png,webp}', { cwd: values.folder }).sort();
  const step = Math.max(1, Math.floor(all.length / Number(values.images)));
  const chosen = all.filter((_, i) => i % step === 0).slice(0, Number(values.images));
  mkdirSync(join(root, 'data'));
  for (const [i, file] of chosen.entries()) {
    writeFileSync(join(root, 'data', `${i}.jpg`), readFileSync(join(values.folder, file)));
  }
  const made = new Map<string, { readonly edit: string; readonly original: string }>();
  const every = Math.floor(chosen.length / Number(values.each));
  for (const [place, [edit, make]] of Object.entries(edits).entries()) {
    for (let n = 0; n < Number(values.each); n++) {
      // Each way has photographs of its own, as far as there are enough.
      const original = `${(n * every + 2 * place) % chosen.length}.jpg`;
      const bytes = readFileSync(join(root, 'data', original));
      const { width, height } = await sharp(bytes).metadata();
      const name = `${original.slice(0, -4)} ${place}.png`;
      await make(bytes, width, height)
        .png()
        .toFile(join(root, 'data', name));
      made.set(name, { edit, original });
    }
  }
  const encoder = encoderArgument(values.encoder);
  const { findings, images, seconds } = await engine.check(
    {
      folder: join(root, 'data'),
      only: ['near-duplicate', 'exact-duplicate'],
      ...(encoder !== undefined && { encoder }),
    },
    { signal: new AbortController().signal, report: () => undefined },
  );
  const originalOf = (name: string) => made.get(name)?.original ?? name;
  const found = new Map<string, number>();
  const strangers: string[][] = [];
  for (const { path, related } of findings) {
    const group = [path, ...related.map((image) => image.path)];
    for (const name of group) {
      const edit = made.get(name)?.edit;
      const isFound = group.some((other) => other !== name && originalOf(other) === originalOf(name));
      if (edit !== undefined && isFound) found.set(edit, (found.get(edit) ?? 0) + 1);
    }
    if (new Set(group.map(originalOf)).size > 1) strangers.push(group);
  }
  printTable(`Edited copies among ${images} images, ${seconds.toFixed(1)} s beside indexing`, [
    ...Object.keys(edits).map((edit) => [edit, `${found.get(edit) ?? 0} of ${values.each}`] as const),
    ['groups of several photographs', String(strangers.length)],
  ]);
  for (const group of strangers) console.log(`not copies: ${group.join(', ')}`);
} finally {
  await engine.dispose();
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}
