import { repositoryFileNotFound, repositoryWithoutModel, severalModels, variantNotFound } from './hubErrors.ts';
import { OPEN_CLIP_FILES } from '../encoders/huggingFace.ts';
import { SENTENCE_FILES } from '../encoders/sentenceFiles.ts';
import { textHomes, textModelNames } from '../encoders/textFiles.ts';
import type { HubFile } from './hubListing.ts';

/** What is taken of a repository. */
export interface ModelChoice {
  readonly model: HubFile;
  /** Files of weights beside it, as exporters name them. The model itself says for sure which it needs. */
  readonly data: readonly HubFile[];
  /** What describes it: configuration, preprocessing, card. */
  readonly describing: readonly HubFile[];
  /**
   * Its text half, with the weights and the tokenizer of that, or the tokenizer of a sentence encoder; empty for an encoder of
   * pictures alone.
   */
  readonly text: readonly HubFile[];
}

export interface ModelWish {
  /** Path of the ONNX file. */
  readonly file?: string | undefined;
  /** `fp16`, `quantized`, `q4`, …: the end of the file's name. */
  readonly variant?: string | undefined;
}

/** One network, in one or several precisions. */
interface Family {
  /** Path without extension and variant: `onnx/vision_model`. */
  readonly stem: string;
  readonly variants: ReadonlyMap<string, HubFile>;
}

/** Full precision, which a file's name doesn't mention. */
const PLAIN = '';
const VARIANT = /[._-](fp32|fp16|bf16|float16|int8|uint8|quantized|qint8\w*|quint8\w*|q8|q8f16|q4|q4f16|bnb4|O[1-4])$/i;

/** Where repositories keep the network that takes pictures; the image half of a two-sided one comes first. */
const PREFERRED = ['onnx/vision_model', 'visual/model', 'onnx/model', 'vision_model', 'model'];
/** Networks, or parts of one, that take no pictures. */
const OTHER_PARTS = /(^|[/_.-])(text|textual|text_model|decoder\w*|embed_tokens|tokenizer|prompt\w*)([/_.-]|$)/i;
/** Those that say how pictures are taken: who has one takes some. */
const PREPROCESSOR = 'preprocessor_config.json';
const OF_PICTURES = [PREPROCESSOR, ...OPEN_CLIP_FILES];
const DESCRIBING = ['config.json', ...OF_PICTURES, 'card.json'];
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'];
/** Larger ones describe something else. */
const LARGEST_DESCRIPTION = 4 * 2 ** 20;
/** Those of large vocabularies hold some 30 MB. */
const LARGEST_TOKENIZER = 64 * 2 ** 20;

/**
 * Chooses the files of an image encoder, or of a sentence encoder. Throws repository-without-model, repository-not-found or
 * several-models, which name the files there are.
 *
 * @param repository for messages
 */
export function chooseModel(repository: string, files: readonly HubFile[], wish: ModelWish = {}): ModelChoice {
  const models = files.filter(isOnnxFile);
  const model =
    wish.file === undefined ? bestModel(repository, models, wish.variant) : named(repository, models, wish.file);
  const home = homeOf(model.path);
  const at = (names: readonly string[], largest: number) =>
    names.flatMap((name) => files.filter(({ path, size }) => path === `${home}${name}` && size <= largest));
  const describing = at(DESCRIBING, LARGEST_DESCRIPTION);
  const half = textHalf(model.path, files).filter((file) => !describing.includes(file));
  // Whoever takes pictures says how, or is called after them.
  const takesPictures = describing.some(({ path }) => OF_PICTURES.includes(path.slice(home.length)));
  const takesTexts = !takesPictures && textModelNames(model.path).length === 0;
  return {
    model,
    data: files.filter(({ path }) => isDataOf(model.path, path)),
    describing: takesTexts ? [...describing, ...at(SENTENCE_FILES, LARGEST_DESCRIPTION)] : describing,
    text: takesTexts ? at(TOKENIZER_FILES, LARGEST_TOKENIZER) : half,
  };
}

/**
 * Of what describes a model, what it can do without where it isn't to be had: transformers says how pictures are taken, and where
 * it does, that decides over what OpenCLIP says.
 */
export function spareFiles({ describing }: Pick<ModelChoice, 'describing'>): HubFile[] {
  const isNamed = (names: readonly string[]) => (file: HubFile) => names.includes(file.path.split('/').at(-1)!);
  return describing.some(isNamed([PREPROCESSOR])) ? describing.filter(isNamed(OPEN_CLIP_FILES)) : [];
}

/**
 * The ONNX files among which a person may choose: the precisions of one network, full precision first and then the largest,
 * or all networks that may take pictures where nothing tells which is meant. Throws repository-without-model.
 *
 * @param repository for messages
 */
export function offeredModels(repository: string, files: readonly HubFile[]): HubFile[] {
  const { possible, isPreferred } = possibleFamilies(repository, files.filter(isOnnxFile));
  const offered = (isPreferred ? possible.slice(0, 1) : possible).flatMap(({ variants }) => [...variants.values()]);
  const isReduced = ({ path }: HubFile) => Number(precisionOf(variantOf(path)) !== 'full');
  return offered.sort((a, b) => isReduced(a) - isReduced(b) || b.size - a.size || (a.path < b.path ? -1 : 1));
}

/** True for what may be a model. */
export function isOnnxFile({ path }: Pick<HubFile, 'path'>): boolean {
  return path.toLowerCase().endsWith('.onnx');
}

/** How exactly a variant keeps its weights, as far as its name tells; no name means full precision. */
export function precisionOf(variant: string | undefined): 'full' | 'half' | 'quantised' {
  if (variant === undefined || /^(fp32|o\d)$/.test(variant)) return 'full';
  return /^(fp16|bf16|float16)$/.test(variant) ? 'half' : 'quantised';
}

/** What else is needed to read texts: the other half of an image–text encoder and its tokenizer. */
function textHalf(model: string, files: readonly HubFile[]): HubFile[] {
  const find = (path: string) => files.find((file) => file.path === path);
  const half = textModelNames(model).flatMap((name) => find(name) ?? [])[0];
  if (half === undefined) return [];
  const homes = textHomes(half.path, homeOf(model).slice(0, -1));
  const first = (name: string) => homes.flatMap((home) => find(home === '' ? name : `${home}/${name}`) ?? [])[0];
  const tokenizer = first('tokenizer.json') ?? first('tokenizer/tokenizer.json');
  // Without it nothing can be read, and the weights would be downloaded in vain.
  if (tokenizer === undefined || tokenizer.size > LARGEST_TOKENIZER) return [];
  const described = [tokenizer, find(tokenizer.path.replace(/\.json$/, '_config.json')), first('config.json')];
  return [
    ...described.filter((file) => file !== undefined),
    half,
    ...files.filter(({ path }) => isDataOf(half.path, path)),
  ];
}

/** The precision that a file's name mentions: `fp16`; undefined where it mentions none. */
export function variantOf(model: string): string | undefined {
  return VARIANT.exec(model.replace(/\.onnx$/i, ''))?.[1]?.toLowerCase();
}

function named(repository: string, models: readonly HubFile[], file: string): HubFile {
  const model = models.find(({ path }) => path === file);
  if (model === undefined) throw repositoryFileNotFound(repository, file, models);
  return model;
}

function bestModel(repository: string, models: readonly HubFile[], variant: string | undefined): HubFile {
  const { possible, isPreferred } = possibleFamilies(repository, models);
  if (!isPreferred && possible.length > 1) throw severalModels(repository, models);
  const { variants } = possible[0];
  if (variant !== undefined) {
    const model = variants.get(variant.toLowerCase()) ?? (variant === 'fp32' ? variants.get(PLAIN) : undefined);
    if (model === undefined) throw variantNotFound(repository, variant, [...variants.values()]);
    return model;
  }
  const model =
    variants.get(PLAIN) ?? variants.get('fp32') ?? (variants.size === 1 ? [...variants.values()][0] : undefined);
  if (model === undefined) throw severalModels(repository, [...variants.values()]);
  return model;
}

/** Networks that may take pictures, the one that is meant first where `isPreferred`. Throws repository-without-model. */
function possibleFamilies(
  repository: string,
  models: readonly HubFile[],
): { readonly possible: readonly [Family, ...Family[]]; readonly isPreferred: boolean } {
  const families = familiesOf(models);
  const preferred = PREFERRED.flatMap((stem) => families.filter((family) => family.stem === stem));
  const isPreferred = preferred.length > 0;
  const [first, ...rest] = isPreferred ? preferred : families.filter(({ stem }) => !OTHER_PARTS.test(stem));
  if (first === undefined) throw repositoryWithoutModel(repository);
  return { possible: [first, ...rest], isPreferred };
}

function familiesOf(models: readonly HubFile[]): Family[] {
  const families = new Map<string, Map<string, HubFile>>();
  for (const model of models) {
    const whole = model.path.slice(0, -'.onnx'.length);
    const variant = VARIANT.exec(whole);
    const stem = variant ? whole.slice(0, variant.index) : whole;
    const variants = families.get(stem) ?? new Map<string, HubFile>();
    families.set(stem, variants.set(variant?.[1]?.toLowerCase() ?? PLAIN, model));
  }
  return [...families].map(([stem, variants]) => ({ stem, variants }));
}

/** `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data`, `model.data` */
function isDataOf(model: string, path: string): boolean {
  return path.startsWith(`${model}_data`) || path === `${model}.data` || path === model.replace(/\.onnx$/i, '.data');
}

/** The folder that describes a model, with a slash behind it: its own, or for `onnx/model.onnx` the one above. */
function homeOf(model: string): string {
  const folders = model.split('/').slice(0, -1);
  if (folders.at(-1) === 'onnx') folders.pop();
  return folders.map((folder) => `${folder}/`).join('');
}
