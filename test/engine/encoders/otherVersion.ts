import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inProject } from '../../../src/build/project.ts';
import { decodeModel, encodeModel } from '../../../src/engine/encoders/onnxFile.ts';
import type { Engine as ThisEngine } from '../../../src/engine/engine.ts';
import { SHIPPED_ENCODER_ID, shippedEncoder } from '../../../src/engine/encoders/shippedEncoder.ts';

/**
 * Another version of Likeness, earlier or later: this one's sources, with an encoder of its own as the default. Its vectors are
 * close to those of this one's, and not equal.
 *
 * @param folder an empty one that it is written to
 * @param shift what is added to the card's mean, which makes the vectors others
 */
export function otherVersion(folder: string, id: string, shift = 0.05): OtherVersion {
  for (const path of [
    'package.json',
    'src/core',
    'src/engine',
    'src/protocol',
    'src/cli',
    'encoders/recommended.json',
  ]) {
    cpSync(inProject(path), join(folder, path), { recursive: true });
  }
  symlinkSync(inProject('node_modules'), join(folder, 'node_modules'), 'junction');
  const file = join(folder, 'src/engine/encoders/shippedEncoder.ts');
  const [ours, theirs] = [SHIPPED_ENCODER_ID, id].map((name) => `SHIPPED_ENCODER_ID = '${name}'`);
  const source = readFileSync(file, 'utf8');
  assert.ok(source.includes(ours!));
  writeFileSync(file, source.replace(ours!, theirs!));
  const { card, model } = shippedEncoder();
  assert.ok('file' in model);
  const bytes = encodeModel({ ...decodeModel(readFileSync(model.file)), docString: `${id}, moved by ${shift}` });
  const own = {
    ...{ ...card, id, name: `Small encoder ${id}`, sha256: createHash('sha256').update(bytes).digest('hex') },
    input: { ...card.input, mean: card.input.mean.map((value) => value + shift) },
  };
  const shipped = join(folder, 'encoders', id);
  mkdirSync(shipped);
  writeFileSync(join(shipped, 'encoder.onnx'), bytes);
  writeFileSync(join(shipped, 'card.json'), JSON.stringify(own));
  return {
    shipped,
    cli: join(folder, 'src/cli/main.ts'),
    load: async () => {
      const { Engine } = (await import(pathToFileURL(join(folder, 'src/engine/engine.ts')).href)) as {
        Engine: typeof ThisEngine;
      };
      return Engine;
    },
  };
}

export interface OtherVersion {
  /** The folder of its encoder. */
  readonly shipped: string;
  /** What Node runs as its command line. */
  readonly cli: string;
  readonly load: () => Promise<typeof ThisEngine>;
}
