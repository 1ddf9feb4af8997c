import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { EncoderText } from '../../../core/encoders/card.ts';
import { chooseOutput } from '../../../core/encoders/imageOutput.ts';
import { poolOutput, type EncoderOutputTensor } from '../../../core/encoders/pooling.ts';
import {
  encoderWithoutText,
  namesAlike,
  sentenceEncoderInvalid,
  textEncoderInvalid,
  textMismatch,
  textUnread,
  tokenizerMismatch,
  tokenizerMissing,
} from '../../../core/encoders/textErrors.ts';
import { sentenceOutput } from '../../../core/encoders/sentenceFiles.ts';
import { textConfig, type TextConfig } from '../../../core/encoders/textFiles.ts';
import { findTextInput, type DeclaredTextInput } from '../../../core/encoders/textInput.ts';
import type { CutText } from '../../../core/encoders/tokens.ts';
import { LikenessError } from '../../../core/errors.ts';
import { fromFloat16Bits } from '../../../core/images/float16.ts';
import { innerProduct } from '../../../core/linearAlgebra/innerProduct.ts';
import type { OnnxModel } from '../../../core/onnx/model.ts';
import { readJson } from '../cardFiles.ts';
import type { ResolvedEncoder } from '../encoder.ts';
import { hashModel, readModel } from '../modelFiles.ts';
import { decodeModel } from '../onnxFile.ts';
import type { LoadedModel, TensorValue } from '../onnxMessages.ts';
import { OnnxWorker } from '../onnxRuntime.ts';
import { textFeeds } from './textFeeds.ts';
import type { TextSource } from './textSource.ts';
import { readTokenizer, type TextTokenizer } from './tokenizer.ts';

/** What is known of a text half once it has been opened; where its files are is the registry's to say. */
export type DescribedText = Omit<EncoderText, 'file' | 'tokenizer'>;

export interface TextEmbeddings {
  /** Row-major `texts × dim`, L2-normalised, in the space of the image half's vectors. */
  readonly vectors: Float32Array;
  /** Texts that are longer than what the encoder reads. */
  readonly cut: readonly CutText[];
  /** Texts of which nothing is in the vocabulary: their vectors say nothing, and are mostly the same. */
  readonly unread: readonly string[];
}

/** CLIP's context and BERT's, for exports that say nothing of theirs. */
const USUAL_CONTEXT = 77;
const USUAL_SENTENCE = 512;
/** Tables are rounded up to whole blocks, so some rows may have no token; more of them mean another tokenizer. */
const spareRows = (tokens: number): number => tokens / 10 + 64;
/** Where exports hold a text's vector, the best place first. */
const OUTPUT_HINTS = ['text_embeds', 'text_features', 'sentence_embedding', 'pooler_output'].map((name) => ({ name }));
/** Two texts that no useful encoder takes for one. */
const PROBE_TEXTS = ['a photo of a dog', 'blue'];
/** The cosine of one text's vectors where it was only computed in another way. */
const ALIKE = 0.999;
/** Texts whose vectors are kept: what a person types, and lists of words. */
const CACHED_TEXTS = 4096;

interface EmbeddedText {
  readonly vector: Float32Array;
  readonly cut: CutText | undefined;
  readonly isUnread: boolean;
}

/** A loaded text half, or a sentence encoder. Calls are answered in order; the work happens on another thread. */
export class TextEncoder {
  /** Of the whole encoder. */
  readonly name: string;
  readonly described: DescribedText;
  /** Name of the input that takes the tokens. */
  readonly tokensInput: string;
  readonly #file: string;
  readonly #tokenizer: TextTokenizer;
  readonly #declared: DeclaredTextInput;
  readonly #worker: OnnxWorker;
  readonly #session: number;
  /** In the order of their last use. */
  readonly #cache = new Map<string, EmbeddedText>();

  /** Opened by `openText`, which checks that all of it belongs together. */
  constructor(
    name: string,
    described: DescribedText,
    file: string,
    tokenizer: TextTokenizer,
    declared: DeclaredTextInput,
    { worker, session }: { readonly worker: OnnxWorker; readonly session: number },
  ) {
    this.name = name;
    this.described = described;
    this.tokensInput = declared.ids.name;
    this.#file = file;
    this.#tokenizer = tokenizer;
    this.#declared = declared;
    this.#worker = worker;
    this.#session = session;
  }

  /** Rejects with text-encoder-invalid or engine-stopped. */
  async embed(texts: readonly string[]): Promise<TextEmbeddings> {
    const { dim } = this.described.output;
    const vectors = new Float32Array(texts.length * dim);
    const cut: CutText[] = [];
    const unread: string[] = [];
    for (const [i, text] of texts.entries()) {
      const found = this.#cache.get(text) ?? (await this.#embedOne(text));
      this.#cache.delete(text);
      this.#cache.set(text, found);
      if (this.#cache.size > CACHED_TEXTS) this.#cache.delete(this.#cache.keys().next().value!);
      vectors.set(found.vector, i * dim);
      if (found.cut !== undefined) cut.push(found.cut);
      if (found.isUnread) unread.push(text);
    }
    return { vectors, cut, unread };
  }

  /** Those of some texts of which nothing is in the vocabulary. */
  unreadOf(texts: readonly string[]): string[] {
    return texts.filter((text) => this.#tokenizer.isUnread(text));
  }

  /** Refuses names that it doesn't know, or doesn't tell apart. Throws text-unread. */
  assertDifferent(names: readonly string[]): void {
    const [unread] = this.unreadOf(names);
    if (unread !== undefined) throw textUnread(unread, this.name);
    const known = new Map<string, string>();
    for (const name of names) {
      const tokens = this.#tokenizer.tokenize(name, this.described.contextLength).ids.join(' ');
      const other = known.get(tokens);
      if (other !== undefined) throw namesAlike([other, name], this.name);
      known.set(tokens, name);
    }
  }

  dispose(): Promise<void> {
    return this.#worker.dispose();
  }

  // One text at a time: texts of different lengths would have to be filled up, which not every model takes, and numbers
  // of dynamically quantised ones would depend on their neighbours.
  async #embedOne(text: string): Promise<EmbeddedText> {
    const { output, contextLength, padding } = this.described;
    const { ids, length } = this.#tokenizer.tokenize(text, contextLength);
    const filled = padding === undefined ? undefined : { length: contextLength, padding };
    const { feeds, batch } = textFeeds(this.#declared, ids, filled);
    const vector = new Float32Array(output.dim);
    try {
      const values = await this.#worker.run(this.#session, feeds, { fetches: [output.name] });
      const tensor = ofTokens(numbersOf(values[output.name]!), batch, output, ids.length);
      const invalid = poolOutput(tensor, batch, 1, { output, layout: 'NCHW' }, vector);
      if (invalid.length > 0) throw new Error(`its numbers for "${text}" are not finite, or all zero`);
    } catch (error) {
      throw error instanceof LikenessError ? error : textEncoderInvalid(this.#file, error);
    }
    const cut = length > ids.length ? { text, tokens: length, read: ids.length } : undefined;
    return { vector, cut, isUnread: this.#tokenizer.isUnread(text) };
  }
}

/**
 * Loads the text half of an encoder and checks that it fits: that it takes tokens, that the tokenizer is its own, that its
 * vectors are as long as those of pictures and differ from text to text. Rejects with encoder-without-text,
 * tokenizer-missing, tokenizer-invalid, tokenizer-mismatch, text-mismatch, text-encoder-invalid, or the codes of `readModel`.
 */
export async function openText({ card, text: source }: ResolvedEncoder, threads: number): Promise<TextEncoder> {
  if (source === undefined) throw encoderWithoutText(card.name);
  return openTextModel(source, { name: card.name, dim: card.output.dim }, threads);
}

/**
 * As `openText`.
 *
 * @param encoder its name, and what its pictures have; undefined where it takes none and nothing is known of its vectors yet
 */
export async function openTextModel(
  source: TextSource,
  { name, dim }: { readonly name: string; readonly dim: number | undefined },
  threads: number,
): Promise<TextEncoder> {
  const { file, sentence } = source;
  const { graph, sha256 } = await readText(source);
  const declared = findTextInput(graph);
  if ('reason' in declared) throw textEncoderInvalid(file, declared.reason);
  if (source.tokenizer === undefined) throw tokenizerMissing(file);
  const config = sentence
    ? { ...sentence, fillsContext: false, padding: undefined, lowerCases: false }
    : textConfig(source.config === undefined ? undefined : await readJson(source.config));
  const tokenizer = await readTokenizer(source.tokenizer, source.tokenizerConfig, config.lowerCases);
  const rows = declared.vocabulary ?? config.vocabulary;
  if (rows !== undefined && (tokenizer.size > rows || rows > tokenizer.size + spareRows(tokenizer.size))) {
    throw tokenizerMismatch(source.tokenizer, tokenizer.size, file, rows);
  }
  const worker = new OnnxWorker();
  try {
    const loaded = await worker.load(source.model, { threads });
    const basis = { sha256, ...contextOf(declared, tokenizer, config, source) };
    const probe = { worker, loaded, source, tokenizer, declared, ...basis, dim };
    const output = source.known?.output ?? (await probeOutput(probe));
    if (dim !== undefined && output.dim !== dim) throw textMismatch(file, output.dim, name, dim);
    const { logitScale, logitBias } = source.known ?? {};
    const described: DescribedText = {
      ...basis,
      output,
      ...(logitScale !== undefined && { logitScale }),
      ...(logitBias !== undefined && { logitBias }),
    };
    const encoderOf = (what: DescribedText) =>
      new TextEncoder(name, what, file, tokenizer, declared, { worker, session: loaded.session });
    let encoder = encoderOf(described);
    if (source.known === undefined && mayLookAhead(described, declared, tokenizer)) {
      const filled = encoderOf({ ...described, padding: config.padding ?? tokenizer.padding });
      if (await looksAhead(encoder, filled)) encoder = filled;
    }
    await assertTextsDiffer(encoder, file);
    return encoder;
  } catch (error) {
    await worker.dispose();
    throw error instanceof LikenessError ? error : textEncoderInvalid(file, error);
  }
}

async function readText({ model: source, tokenizer }: TextSource) {
  const hash = createHash('sha256');
  let model: OnnxModel;
  if ('file' in source) {
    const files = await readModel(source.file);
    ({ model } = files);
    hash.update(await hashModel(files));
  } else {
    model = decodeModel(source.bytes);
    hash.update(createHash('sha256').update(source.bytes).digest('hex'));
  }
  if (tokenizer !== undefined) hash.update(await readFile(tokenizer));
  return { graph: model.graph, sha256: hash.digest('hex') };
}

/** How much is read of a text, and whether it is filled up to that. */
function contextOf(
  declared: DeclaredTextInput,
  tokenizer: TextTokenizer,
  config: TextConfig,
  { known, sentence }: TextSource,
): Pick<EncoderText, 'contextLength' | 'padding'> {
  const stated = [tokenizer.maxLength, config.contextLength].filter((length) => length !== undefined);
  const usual = stated.length > 0 ? Math.min(...stated) : sentence ? USUAL_SENTENCE : USUAL_CONTEXT;
  const contextLength = declared.length ?? known?.contextLength ?? usual;
  const fills = declared.length !== undefined || config.fillsContext;
  const token = config.padding ?? tokenizer.padding;
  const padding = known === undefined ? (fills ? token : undefined) : known.padding;
  return { contextLength, ...(padding !== undefined && { padding }) };
}

/**
 * Whether a text half may look at what fills a text up, as nothing that is declared tells. CLIP's is causal and gives the same
 * without, in a fraction of the time; MobileCLIP's, with the same tokenizer and the same inputs, is not.
 */
function mayLookAhead({ padding }: DescribedText, { mask }: DeclaredTextInput, { isClips }: TextTokenizer): boolean {
  return padding === undefined && mask === undefined && isClips;
}

/**
 * Whether a model gives texts other vectors where they are filled up, beyond what the rounding of quantised ones does. Where it
 * can't be fed so, its context is shorter than what is said of it, and it may read short texts all the same.
 */
async function looksAhead(plain: TextEncoder, filled: TextEncoder): Promise<boolean> {
  const first = await plain.embed(PROBE_TEXTS);
  const second = await filled.embed(PROBE_TEXTS).catch(() => undefined);
  if (second === undefined) return false;
  const { dim } = plain.described.output;
  return PROBE_TEXTS.some(
    (_, text) => innerProduct(first.vectors, second.vectors.subarray(text * dim, (text + 1) * dim), text * dim) < ALIKE,
  );
}

interface TextProbe extends Pick<EncoderText, 'contextLength' | 'padding'> {
  readonly worker: OnnxWorker;
  readonly loaded: LoadedModel;
  readonly source: TextSource;
  readonly tokenizer: TextTokenizer;
  readonly declared: DeclaredTextInput;
  /** Of the image half, where there is one. */
  readonly dim: number | undefined;
}

/** The output that holds a text's vector: one as long as a picture's where there is such a one. */
async function probeOutput(probe: TextProbe): Promise<EncoderText['output']> {
  const { worker, loaded, source, tokenizer, declared, contextLength, padding, dim } = probe;
  const { file, sentence } = source;
  const { ids } = tokenizer.tokenize(PROBE_TEXTS[0]!, contextLength);
  const filled = padding === undefined ? undefined : { length: contextLength, padding };
  const { feeds, batch } = textFeeds(declared, ids, filled);
  const fetches = loaded.outputs.filter(({ type }) => type?.startsWith('float')).map(({ name }) => name);
  const values = await worker.run(loaded.session, feeds, { fetches });
  const all = Object.entries(values).map(([name, { type, dims }]) => ({ name, type, dims }));
  if (sentence !== undefined) {
    const output = sentenceOutput(all, batch, sentence);
    if ('reason' in output) throw sentenceEncoderInvalid(file, output.reason);
    return output;
  }
  // A row for each token isn't a text's vector yet.
  const outputs = all.filter(({ dims }) => dims.length === 2 && dims[0] === batch);
  const fitting = outputs.filter(({ dims }) => dim === undefined || dims[1] === dim);
  const output = chooseOutput(fitting.length > 0 ? fitting : outputs, batch, 'NCHW', {}, OUTPUT_HINTS);
  if ('reason' in output) throw textEncoderInvalid(file, 'no output holds a vector for each text');
  return output;
}

/** A model that reads nothing gives the same vector for every text. */
async function assertTextsDiffer(encoder: TextEncoder, file: string): Promise<void> {
  const { vectors } = await encoder.embed(PROBE_TEXTS);
  const { dim } = encoder.described.output;
  const [first, second] = [vectors.subarray(0, dim), vectors.subarray(dim)];
  if (first.every((value, i) => Math.abs(value - second[i]!) < 1e-6)) {
    throw textEncoderInvalid(file, 'it gives the same vector for every text');
  }
}

/** Of an output with a row for each token those of the text's own: a mean over what fills it up would be of another text. */
function ofTokens(
  { dims, data }: EncoderOutputTensor,
  batch: number,
  { pooling, dim }: EncoderText['output'],
  length: number,
): EncoderOutputTensor {
  const places = Math.max(1, length);
  if (pooling !== 'mean' || dims.length !== 3 || dims[1]! <= places) return { dims, data };
  const row = Array.from({ length: places * dim }, (_, i) => data[i]!);
  return { dims: [batch, places, dim], data: Array.from({ length: batch }, () => row).flat() };
}

function numbersOf({ type, dims, data }: TensorValue) {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) throw new Error(`its output is of type ${type}`);
  return { dims, data: type === 'float16' ? Float32Array.from(data, fromFloat16Bits) : data };
}
