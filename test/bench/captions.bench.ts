/**
 * How much better images and captions find each other once heads were trained over encoders that stay as they are.
 *
 *     npm run bench -- captions [--sets 3] [--seeds 3] [--images 300]
 *
 * Generated pictures with captions, a tenth of which are wrong. `weak`: a pair of towers that was trained on other drawings of the
 * training scenes, and for so few steps that it is right about half of what it could be. `strangers`: the encoder that ships, and the
 * text half of a pair that has never met it. Recall@1 is of the pairs of the test split, mean of both directions, in %.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { planCaptions } from '../../src/core/sample/captions/plan.ts';
import { encodeImage } from '../../src/engine/images/codec.ts';
import { generateCaptionedSample } from '../../src/engine/sample/generate.ts';
import { SHIPPED_ENCODER_ID } from '../../src/engine/encoders/shippedEncoder.ts';
import { documentOf, likeness } from '../cli/run.ts';
import { ProgramRunner } from '../core/training/programRunner.ts';
import { trainPair, writePair } from '../trainedPair.ts';

const WEAK_STEPS = 60;

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '3' },
    images: { type: 'string', default: '300' },
  },
});
const images = Number(values.images);
const folder = mkdtempSync(path.join(tmpdir(), 'likeness-captions-'));
const cache = path.join(folder, 'cache');
const runner = new ProgramRunner();

interface Gain {
  readonly before: number;
  readonly after: number;
}

async function train(root: string, seed: number, encoders: readonly string[]): Promise<Gain> {
  const command = ['train', 'captions', root, ...encoders, '--seed', String(seed), '--json'];
  const outcome = await likeness(command, { cache });
  if (outcome.code !== 0) throw new Error(outcome.stderr);
  const { testRecallAt1, testRecallAt1Before } = documentOf('train', outcome).metrics;
  return { before: 100 * testRecallAt1Before!, after: 100 * testRecallAt1! };
}

function tell(name: string, gains: readonly Gain[]): void {
  const mean = (all: readonly number[]) => (all.reduce((sum, value) => sum + value, 0) / all.length).toFixed(1);
  const least = Math.min(...gains.map(({ before, after }) => after - before)).toFixed(1);
  const runs = gains.map(({ before, after }) => `${before.toFixed(1)}→${after.toFixed(1)}`).join(' ');
  const [before, after] = [mean(gains.map((gain) => gain.before)), mean(gains.map((gain) => gain.after))];
  console.log(`${name}: ${before} → ${after} %, least gain ${least} points (${runs})`);
}

try {
  const gains: Record<'weak' | 'strangers', Gain[]> = { weak: [], strangers: [] };
  for (let set = 1; set <= Number(values.sets); set++) {
    const root = path.join(folder, `set${set}`);
    await generateCaptionedSample(root, { encodeImage, seed: set, images });
    mkdirSync(path.join(root, '.likeness'), { recursive: true });
    writeFileSync(path.join(root, '.likeness', 'config.json'), JSON.stringify({ captions: { source: 'txt' } }));
    const training = planCaptions(set, images).pictures.filter(({ split }) => split === 'train');
    const weak = writePair(path.join(folder, `weak${set}`), await trainPair(runner, training, WEAK_STEPS));
    const other = writePair(path.join(folder, `pair${set}`), await trainPair(runner, training));
    for (let seed = 0; seed < Number(values.seeds); seed++) {
      gains.weak.push(await train(root, seed, ['--image-encoder', weak]));
      const strangers = ['--image-encoder', SHIPPED_ENCODER_ID, '--text-encoder', other];
      gains.strangers.push(await train(root, seed, strangers));
    }
  }
  for (const [name, all] of Object.entries(gains)) tell(name, all);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
