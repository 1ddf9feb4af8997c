import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { bmpOf } from '../images/bmpFile.ts';
import { job } from '../training/job.ts';

const EDGE = 64;

/** Soft waves, different for each seed. */
function waves(seed: number, channels: 3 | 4 = 3): Uint8Array {
  return Uint8Array.from({ length: EDGE * EDGE * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % EDGE, Math.floor(i / channels / EDGE)];
    return i % channels === 3 ? 255 : 128 + 90 * Math.sin((x * (seed + 2)) / 9 + y / (5 + seed) + (i % channels));
  });
}

const raw = (pixels: Uint8Array, channels: 3 | 4 = 3) =>
  sharp(pixels, { raw: { width: EDGE, height: EDGE, channels } });
const plain = (colour: string) => sharp({ create: { width: EDGE, height: EDGE, channels: 3, background: colour } });

/** Of two or more frames, one above the other. */
function animated(frames: readonly Uint8Array[], delay: number): Promise<Buffer> {
  const shape = { width: EDGE, height: EDGE * frames.length, channels: 3, pageHeight: EDGE } as const;
  return sharp(Buffer.concat(frames), { raw: shape })
    .webp({ lossless: true, delay: frames.map(() => delay) })
    .toBuffer();
}

/** With the same upper byte in each value, whatever the lower one is. */
function deep(low: number): Promise<Buffer> {
  const values = Uint16Array.from(waves(7), (value) => 256 * value + low);
  return sharp(values, { raw: { width: EDGE, height: EDGE, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
}

describe('files of other bytes', () => {
  it('are exact duplicates where all that they hold is the same, in any format', async (context) => {
    const root = temporaryFolder(context);
    const [one, other] = [waves(1), waves(2)];
    const veiled = waves(5, 4);
    for (let i = 3; i < veiled.length / 2; i += 4) veiled[i] = 254;
    const files: Readonly<Record<string, Uint8Array>> = {
      'bmp.bmp': bmpOf(one, EDGE, EDGE),
      'bmp again.png': await raw(one).png().toBuffer(),
      'bmp again.webp': await raw(one).webp({ lossless: true }).toBuffer(),
      'plain.png': await plain('#fff').png({ compressionLevel: 0 }).toBuffer(),
      'plain again.png': await plain('#fff').png({ compressionLevel: 9 }).toBuffer(),
      'plain again.bmp': bmpOf(new Uint8Array(EDGE * EDGE * 3).fill(255), EDGE, EDGE),
      // As light as each other.
      'red.png': await plain('#ff0000').png().toBuffer(),
      'green.png': await plain('#008200').png().toBuffer(),
      'film.webp': await animated([other, waves(3)], 100),
      'film again.webp': await animated([other, waves(3)], 200),
      'other end.webp': await animated([other, waves(4)], 100),
      'still.png': await raw(other).png().toBuffer(),
      'deep.png': await deep(0),
      'deeper.png': await deep(100),
      'opaque.png': await raw(waves(5, 4), 4).png().toBuffer(),
      'veiled.png': await raw(veiled, 4).png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, name), bytes);
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const groups = async () => {
      const { findings } = await engine.check(
        { folder: root, encoder: 'pixels', only: ['exact-duplicate', 'near-duplicate'] },
        job(),
      );
      const exact = findings.filter(({ kind }) => kind === 'exact-duplicate');
      return exact.map(({ path, related }) => [path, ...related.map((image) => image.path)].sort()).sort();
    };
    const expected = [
      ['bmp again.png', 'bmp again.webp', 'bmp.bmp'],
      ['film again.webp', 'film.webp'],
      ['plain again.bmp', 'plain again.png', 'plain.png'],
    ];
    assert.deepEqual(await groups(), expected);
    // By what is kept of the first time.
    assert.deepEqual(await groups(), expected);
  });
});
