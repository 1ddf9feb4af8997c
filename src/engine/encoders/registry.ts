import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { AddedEncoder, EncoderCard, ListedEncoder } from '../../core/encoders/card.ts';
import { completeCard, parseCardOverrides } from '../../core/encoders/cardOverrides.ts';
import { otherDefaultGone } from '../../core/encoders/defaultErrors.ts';
import { parseExactReference, shippedVersion } from '../../core/encoders/defaultVersions.ts';
import {
  asLikenessError,
  diskFull,
  encoderNotFound,
  type LikenessError,
  readOnly,
  systemCodeOf,
  unreadableFile,
  usage,
  vectorsInUse,
} from '../../core/errors.ts';
import { encoderOfTexts } from '../../core/encoders/textErrors.ts';
import { hubEncoderNotAdded, severalHubEncoders } from '../../core/hub/hubErrors.ts';
import { hubSource, isHubReference, isMeantBy, parseHubReference } from '../../core/hub/hubReference.ts';
import type { Problem } from '../store/indexStore.ts';
import { indexFolders } from '../store/locations.ts';
import { isOfOurs } from '../training/trainedEncoder.ts';
import { BUILT_IN_ENCODER_IDS, BUILT_IN_SOURCE, builtInEncoder } from './builtIn.ts';
import { cardFilesOf, readJson } from './cardFiles.ts';
import type { ResolvedEncoder } from './encoder.ts';
import { encoderIdentity } from './identity.ts';
import { inspectModel, type InspectedModel, type ModelOrigin } from './inspect.ts';
import { forgetKept, keptEncoders } from './keptEncoders.ts';
import { locateModel } from './modelFiles.ts';
import { SHIPPED_ENCODER_ID } from './shippedEncoder.ts';
import { storeModel } from './storeModel.ts';
import { storeDescribing, storeText, withText, type CardWithText } from './text/storeText.ts';
import { describedText, locateText, type TextSource } from './text/textSource.ts';
import type { ImageModel } from './wholeModel.ts';

/** Used where nothing else is chosen. */
export const DEFAULT_ENCODER_ID = SHIPPED_ENCODER_ID;
/** What was used then before encoders shipped; of those that did, each with a lower number was. */
const FORMER_DEFAULT_IDS: ReadonlySet<string> = new Set(['handcrafted']);

const MODEL_FILE = 'encoder.onnx';
const CARD_FILE = 'card.json';

export interface EncoderList {
  /** The built-in ones, those that were and are kept with the dataset, then those stored in it by id. */
  readonly encoders: ListedEncoder[];
  /** Stored sentence encoders, by id. */
  readonly ofTexts: EncoderCard[];
  /** Stored encoders that can't be used, with the reason. */
  readonly problems: (Problem & { readonly id: string })[];
}

interface CachedInspection {
  readonly inspected: InspectedModel;
  /** Size and time of every file that the inspection looked at. */
  readonly stamp: string;
}

/** Knows the encoders: built in, stored in a dataset, or named by a path. Inspections are kept while files are unchanged. */
export class EncoderRegistry {
  readonly #inspections = new Map<string, CachedInspection>();
  readonly #cacheFolder: string | undefined;

  /** @param cacheFolder where indexes of folders that can't be written to live */
  constructor(cacheFolder?: string) {
    this.#cacheFolder = cacheFolder;
  }

  async list(root?: string): Promise<EncoderList> {
    const encoders: ListedEncoder[] = BUILT_IN_ENCODER_IDS.map((id) => builtInEncoder(id)!.card);
    for (const { card } of await this.#kept(root)) {
      if (!encoders.some(({ id }) => id === card.id)) encoders.push(card);
    }
    const ofTexts: EncoderCard[] = [];
    const problems: EncoderList['problems'] = [];
    for (const id of root === undefined ? [] : await storedIds(root)) {
      try {
        const file = join(storedFolder(root!, id), MODEL_FILE);
        const { card } = await this.#resolveFile(file);
        // What else goes by this name is what is had by it.
        if (encoders.some((other) => other.id === card.id)) continue;
        if (card.encodes === 'texts') ofTexts.push(card);
        else encoders.push({ ...card, ...(!(await this.#isOfOurs(file)) && { ofOthers: true }) });
      } catch (error) {
        const { code, message } = asLikenessError(error);
        problems.push({ id, code, message });
      }
    }
    return { encoders, ofTexts, problems };
  }

  /**
   * @param reference id of a built-in encoder or of one stored in the dataset `root`, or the path of an `.onnx` file or
   *   of a Hugging Face style folder, or the `hf:OWNER/NAME` that a stored one came from, or what `exactReference` wrote
   *
   * Rejects with encoder-not-found, with encoder-not-image for a sentence encoder, or with the codes of `inspectModel`.
   */
  async resolve(reference: string, root?: string): Promise<ResolvedEncoder> {
    const resolved = await this.resolveAny(reference, root);
    if (resolved.card.encodes === 'texts') throw encoderOfTexts(reference);
    return resolved;
  }

  /** The same, of sentence encoders as well. */
  async resolveAny(reference: string, root?: string): Promise<ResolvedEncoder> {
    const exact = parseExactReference(reference);
    if (exact !== undefined) return this.#exactly(exact, root);
    const builtIn = builtInEncoder(reference);
    if (builtIn) return builtIn;
    const folder = root === undefined ? undefined : await folderOf(reference, root);
    if (folder !== undefined) return this.#resolveFile(join(folder, MODEL_FILE));
    if (isHubReference(reference)) return this.resolveAny(await addedFromHub(reference, root), root);
    const kept = (await this.#kept(root)).find(({ card }) => card.id === reference);
    if (kept !== undefined) return kept;
    if (!(await exists(reference))) throw notHere(reference);
    return this.#resolveFile(await locateModel(reference));
  }

  /**
   * Copies a model with its external data and its card into the dataset, where it is known by its id from then on. A text half
   * that can't be used doesn't keep it out, and is told of.
   *
   * @param path an `.onnx` file or a Hugging Face style folder
   * @param origin what is known of where it came from
   */
  async add(path: string, root: string, origin?: ModelOrigin): Promise<AddedEncoder> {
    if (!(await exists(path))) throw encoderNotFound(path);
    const file = await locateModel(path);
    const inspected = await (origin === undefined ? this.#inspect(file) : inspectModel(file, origin));
    const { files, model, identity } = inspected;
    const found = { ...inspected.card, id: (await storedAs(inspected, root)) ?? inspected.card.id };
    const isOfTexts = inspected.text !== undefined;
    const text = inspected.text ?? (await textOf(file, found, model));
    const { card, problem }: CardWithText = isOfTexts
      ? { card: found }
      : await withText({ card: found, identity, model: model.source, text });
    const parent = encodersFolder(root);
    const target = storedFolder(root, card.id);
    let partial: string | undefined;
    try {
      await mkdir(parent, { recursive: true });
      // Not an id, so that what a crash leaves behind is never taken for an encoder.
      partial = await mkdtemp(join(parent, '.adding-'));
      await storeModel(model.source, 'bytes' in model.source ? [] : files.externalData, join(partial, MODEL_FILE));
      if (isOfTexts) await storeDescribing(text!, partial);
      else if (text !== undefined) await storeText(text, partial);
      await writeFile(join(partial, CARD_FILE), `${JSON.stringify(card, undefined, 2)}\n`);
      await rm(target, { recursive: true, force: true });
      await rename(partial, target);
    } catch (error) {
      if (partial !== undefined) await rm(partial, { recursive: true, force: true });
      throw writeFailure(error, target);
    }
    return problem === undefined ? card : { ...card, textProblem: { code: problem.code, message: problem.message } };
  }

  /** Whether a dataset has an encoder of its own by this id, or keeps one that shipped before. */
  async isStored(id: string, root: string): Promise<boolean> {
    if ((await folderOf(id, root)) !== undefined) return true;
    return !BUILT_IN_ENCODER_IDS.includes(id) && (await this.#kept(root)).some(({ card }) => card.id === id);
  }

  /**
   * Deletes a stored encoder, or what is kept of one that shipped before. What is in the index stays. Rejects with
   * encoder-not-found, or with usage for a built-in one, or for a kept one in use, which can be had from nowhere else.
   *
   * @param inUse identity of what the dataset is looked at with
   */
  async remove(id: string, root: string, inUse?: string): Promise<void> {
    if (BUILT_IN_ENCODER_IDS.includes(id)) throw usage(`The encoder "${id}" is built in and can't be removed.`);
    const folder = await folderOf(id, root);
    if (folder === undefined) {
      const kept = await this.#kept(root);
      if (kept.some(({ card, identity }) => card.id === id && identity === inUse)) throw vectorsInUse(id, root);
      await this.#forgetKept(id, root);
      return;
    }
    try {
      await rm(folder, { recursive: true });
    } catch (error) {
      throw writeFailure(error, folder);
    }
  }

  /** One version of an encoder that ships or did. */
  async #exactly({ id, identity }: { id: string; identity: string }, root?: string): Promise<ResolvedEncoder> {
    const builtIn = builtInEncoder(id);
    if (builtIn?.identity === identity) return builtIn;
    const kept = (await this.#kept(root)).find((encoder) => encoder.identity === identity);
    if (kept === undefined) throw otherDefaultGone(id, DEFAULT_ENCODER_ID);
    return kept;
  }

  /** What shipped once and is kept beside the index of a dataset, the last first. */
  async #kept(root: string | undefined): Promise<ResolvedEncoder[]> {
    if (root === undefined) return [];
    return (await Promise.all(indexFolders(root, this.#cacheFolder).map(keptEncoders))).flat();
  }

  async #forgetKept(id: string, root: string): Promise<void> {
    let forgotten = 0;
    for (const folder of indexFolders(root, this.#cacheFolder)) {
      try {
        forgotten += await forgetKept(id, folder);
      } catch (error) {
        throw writeFailure(error, folder);
      }
    }
    if (forgotten === 0) throw notHere(id);
  }

  async #resolveFile(file: string): Promise<ResolvedEncoder> {
    const { card, identity, model, text } = await this.#inspect(file);
    return { card, identity, model: model.source, text: text ?? (await textOf(file, card, model)) };
  }

  async #isOfOurs(file: string): Promise<boolean> {
    const { card, model } = await this.#inspect(file);
    return isOfOurs(model.graph, card);
  }

  async #inspect(file: string): Promise<InspectedModel> {
    const cached = this.#inspections.get(file);
    if (cached && (await stampOf(cached.inspected.files)) === cached.stamp) return cached.inspected;
    const inspected = withIdOf(file, await inspectModel(file));
    this.#inspections.set(file, { inspected, stamp: await stampOf(inspected.files) });
    return inspected;
  }
}

/**
 * Whether an encoder was the default once and isn't any more: by its identity, as weights may change below an id. One that a later
 * version of Likeness brings is no older one.
 */
export function isOlderDefault({ card, identity }: Pick<ResolvedEncoder, 'card' | 'identity'>): boolean {
  if (card.source !== BUILT_IN_SOURCE || identity === builtInEncoder(DEFAULT_ENCODER_ID)!.identity) return false;
  const version = shippedVersion(card.id);
  return FORMER_DEFAULT_IDS.has(card.id) || (version !== undefined && version <= shippedVersion(DEFAULT_ENCODER_ID)!);
}

function notHere(reference: string): LikenessError {
  return shippedVersion(reference) === undefined
    ? encoderNotFound(reference)
    : otherDefaultGone(reference, DEFAULT_ENCODER_ID);
}

/** The text half that lies beside an image half, or in the same file. */
function textOf(file: string, card: EncoderCard, { textHalf }: ImageModel): Promise<TextSource | undefined> {
  if (textHalf === undefined) return locateText(file, card.text);
  return describedText(file, { bytes: textHalf }, file, undefined);
}

/** Sizes and times of a model's files and of those that may describe it. */
async function stampOf({ file, externalData }: InspectedModel['files']): Promise<string> {
  const { cards, preprocessor, config, openClip } = cardFilesOf(file);
  const data = externalData.map((location) => join(dirname(file), location));
  const stamps = [file, ...data, ...cards, preprocessor, config, ...openClip].map(async (path) => {
    try {
      const { size, mtimeMs } = await stat(path);
      return `${size}:${mtimeMs}`;
    } catch {
      return 'none';
    }
  });
  return (await Promise.all(stamps)).join(' ');
}

/** Folders below `.likeness/encoders`, sorted. */
async function storedIds(root: string): Promise<string[]> {
  const folder = encodersFolder(root);
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw unreadableFile(folder, error);
  }
}

/** The folder of a stored encoder; undefined where none is called so, as nothing that a path leads to is. */
async function folderOf(id: string, root: string): Promise<string | undefined> {
  return (await storedIds(root)).includes(id) ? storedFolder(root, id) : undefined;
}

/**
 * A stored encoder keeps the id that it was stored under, which is its folder's name: runs, configs and indexes name it by that,
 * whatever else comes to shape its vectors.
 */
function withIdOf(file: string, inspected: InspectedModel): InspectedModel {
  const folder = dirname(resolve(file));
  const root = dirname(dirname(dirname(folder)));
  if (basename(file) !== MODEL_FILE || storedFolder(root, basename(folder)) !== folder) return inspected;
  return { ...inspected, card: { ...inspected.card, id: basename(folder) } };
}

/** The id under which a dataset has the same encoder by the same name already. */
async function storedAs({ card, identity }: InspectedModel, root: string): Promise<string | undefined> {
  const ids = await storedIds(root);
  if (ids.includes(card.id)) return card.id;
  for (const id of ids) {
    const stored = await storedCard(join(storedFolder(root, id), CARD_FILE));
    if (stored?.name === card.name && encoderIdentity(stored) === identity) return id;
  }
  return undefined;
}

/** Nothing where a card can't be read or isn't whole. */
async function storedCard(file: string): Promise<EncoderCard | undefined> {
  try {
    return completeCard(parseCardOverrides(await readJson(file)));
  } catch {
    return undefined;
  }
}

/** The id of the one stored encoder that came from such a place. Rejects with encoder-not-found or usage. */
async function addedFromHub(text: string, root: string | undefined): Promise<string> {
  const reference = parseHubReference(text);
  const ids: string[] = [];
  for (const id of root === undefined ? [] : await storedIds(root)) {
    const source = hubSource(await sourceOf(join(storedFolder(root!, id), CARD_FILE)));
    if (source !== undefined && isMeantBy(reference, source)) ids.push(id);
  }
  const [id] = ids;
  if (id === undefined) throw hubEncoderNotAdded(text, root);
  if (ids.length > 1) throw severalHubEncoders(text, ids);
  return id;
}

/** What a card says of where its encoder came from; nothing where it can't be read, which is told when it is used. */
async function sourceOf(card: string): Promise<string> {
  try {
    const { source } = JSON.parse(await readFile(card, 'utf8')) as { source?: unknown };
    return typeof source === 'string' ? source : '';
  } catch {
    return '';
  }
}

function encodersFolder(root: string): string {
  return join(root, '.likeness', 'encoders');
}

function storedFolder(root: string, id: string): string {
  return join(encodersFolder(root), id);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

function writeFailure(error: unknown, path: string) {
  const code = systemCodeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, error);
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return readOnly(path, error);
  return asLikenessError(error);
}
