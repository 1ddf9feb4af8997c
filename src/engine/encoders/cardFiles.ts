import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { mergeOverrides, parseCardOverrides, type CardOverrides } from '../../core/encoders/cardOverrides.ts';
import { huggingFaceOverrides, OPEN_CLIP_FILES } from '../../core/encoders/huggingFace.ts';
import { architecturesOf } from '../../core/encoders/otherTask.ts';
import { outputHints, type OutputHint } from '../../core/encoders/outputHints.ts';
import { invalidCard, messageOf, systemCodeOf, unreadableFile } from '../../core/errors.ts';

/** File names that say nothing about the model; its folder's name is used instead. */
const GENERIC_NAMES =
  /^(model|encoder|vision_model|onnx)([._-](quantized|int8|uint8|q4|q4f16|fp16|fp32|bnb4|optimized))?$/i;

/** The files that may describe a model, whether they exist or not. */
export interface CardFiles {
  /** Cards, the one that decides first. */
  readonly cards: readonly string[];
  readonly preprocessor: string;
  readonly config: string;
  /** Of OpenCLIP, the one that decides first. */
  readonly openClip: readonly string[];
}

/** Where the description of a model is looked for: beside it and, for `NAME/onnx/model.onnx`, in `NAME`. */
export function cardFilesOf(model: string): CardFiles {
  const folder = dirname(model);
  const home = homeOf(model);
  const stem = basename(model, extname(model));
  const cards = [join(folder, `${stem}.card.json`), join(folder, 'card.json'), join(home, 'card.json')];
  return {
    cards: [...new Set(cards)],
    preprocessor: join(home, 'preprocessor_config.json'),
    config: join(home, 'config.json'),
    openClip: OPEN_CLIP_FILES.map((name) => join(home, name)),
  };
}

/** What is said about a model in files. */
export interface SaidInFiles {
  readonly overrides: CardOverrides;
  /** What follows from the kind of network, where no card says it. */
  readonly hints: readonly OutputHint[];
  readonly architectures: readonly string[];
  /** The card that decides, for messages. */
  readonly card: string | undefined;
}

export async function readOverrides(files: CardFiles): Promise<SaidInFiles> {
  const config = await readJson(files.config);
  const hints = outputHints(config);
  const architectures = architecturesOf(config);
  const openClip = (await Promise.all(files.openClip.map(readJson))).find((content) => content !== undefined);
  let overrides = huggingFaceOverrides({ preprocessor: await readJson(files.preprocessor), config, openClip });
  for (const card of files.cards) {
    const content = await readJson(card);
    if (content === undefined) continue;
    try {
      overrides = mergeOverrides(overrides, parseCardOverrides(content));
    } catch (error) {
      throw invalidCard(card, messageOf(error));
    }
    return { overrides, hints, architectures, card };
  }
  return { overrides, hints, architectures, card: undefined };
}

/** What a model is called where nothing else says so. */
export function modelName(model: string): string {
  const stem = basename(model, extname(model));
  return GENERIC_NAMES.test(stem) ? basename(homeOf(model)) || stem : stem;
}

/** The folder that describes a model: its own, or for `onnx/model.onnx` the one above. */
export function homeOf(model: string): string {
  const folder = dirname(model);
  return basename(folder) === 'onnx' ? dirname(folder) : folder;
}

/** Undefined if there is no such file. */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unreadableFile(file, error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalidCard(file, messageOf(error));
  }
}
