import type { EncoderCard, EncoderInput } from '../../core/encoders/card.ts';
import { completeCard, mergeOverrides, type CardOverrides } from '../../core/encoders/cardOverrides.ts';
import { findImageInput, type DeclaredImageInput } from '../../core/encoders/imageInput.ts';
import { textWithoutImage } from '../../core/encoders/textErrors.ts';
import { takesTokens } from '../../core/encoders/textInput.ts';
import type { OutputHint } from '../../core/encoders/outputHints.ts';
import { inputCandidates } from '../../core/encoders/preprocessing.ts';
import { LikenessError, encoderNotImage, invalidCard } from '../../core/errors.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import { allNodes } from '../../core/onnx/traverse.ts';
import { cardFilesOf, modelName, readOverrides } from './cardFiles.ts';
import { encoderId, encoderIdentity } from './identity.ts';
import { modelFailure } from './modelFailure.ts';
import { readModel, type ModelFiles } from './modelFiles.ts';
import type { ModelSource } from './onnxMessages.ts';
import { OnnxWorker } from './onnxRuntime.ts';
import { imageModelOf, type ImageModel } from './wholeModel.ts';
import { describeSentences, sentenceSource } from './text/sentenceEncoder.ts';
import type { TextSource } from './text/textSource.ts';
import { probeModel, type ProbeOptions, type ProbedModel } from './probe.ts';

/** What a download says of itself. */
export type ModelOrigin = Pick<CardOverrides, 'name' | 'source' | 'licence'>;

export interface InspectedModel {
  readonly card: EncoderCard;
  readonly identity: string;
  /** The ONNX file and the files of weights beside it. */
  readonly files: Pick<ModelFiles, 'file' | 'externalData'>;
  readonly model: ImageModel;
  /** Of a sentence encoder, which is nothing else. */
  readonly text?: TextSource;
}

/** Operators that quantise a whole batch with one scale, so that an image's numbers depend on its neighbours. */
const BATCH_QUANTISERS = new Set([
  'DynamicQuantizeLinear',
  'DynamicQuantizeMatMul',
  'DynamicQuantizeLSTM',
  'QAttention',
]);

/**
 * Finds out how an ONNX file takes its images and gives its vectors: from a card or Hugging Face files beside it, from
 * what the model declares, and from running it on a few pictures. A complete card of just this model is taken as it is.
 *
 * A sentence encoder is described by its texts.
 *
 * Rejects with file-not-found, unreadable-file, encoder-invalid, encoder-not-image, encoder-bad-output,
 * text-without-image, invalid-card, or for a sentence encoder with the codes of `openText`.
 *
 * @param file an existing `.onnx` file
 * @param origin what is known of where it came from; a card decides where it says something else
 */
export async function inspectModel(file: string, origin: ModelOrigin = {}): Promise<InspectedModel> {
  const files = await readModel(file);
  const model = await imageModelOf(files);
  const { overrides: said, hints, architectures, card: cardFile } = await readOverrides(cardFilesOf(file));
  const overrides = mergeOverrides(origin, said);
  const text = takesTokens(model.graph.graph) ? await sentenceSource(file, overrides) : undefined;
  const complete = completeCard(overrides);
  const known = complete?.sha256 === model.sha256 ? withoutId(complete) : undefined;
  const found = async () =>
    text === undefined
      ? describe(file, model, { overrides, hints, architectures, cardFile })
      : describeSentences(file, model, text, overrides);
  const description = known ?? (await found());
  const identity = encoderIdentity(description);
  const card = { id: encoderId(description.name, identity), ...description };
  return { card, identity, files, model, ...(text && { text: { ...text, known: card.text } }) };
}

/** A card that was edited has an id that may be out of date. */
function withoutId({ id: _id, ...description }: EncoderCard): Omit<EncoderCard, 'id'> {
  return description;
}

/** What is known about a model before it has run. */
interface Knowledge {
  readonly overrides: CardOverrides;
  readonly hints: readonly OutputHint[];
  readonly architectures: readonly string[];
  /** The card that decides, for messages. */
  readonly cardFile: string | undefined;
}

async function describe(
  file: string,
  { graph: model, source: runs, sha256 }: ImageModel,
  { overrides, hints, architectures, cardFile }: Knowledge,
): Promise<Omit<EncoderCard, 'id'>> {
  if (takesTokens(model.graph)) throw textWithoutImage(file);
  const declared = findImageInput(model.graph);
  if ('reason' in declared) throw encoderNotImage(file, declared.reason);
  if (cardFile !== undefined) refuseContradictions(cardFile, declared, overrides);
  const candidates = inputCandidates(declared, overrides.input);
  const mixesBatches = overrides.batchIndependent === false || quantisesBatches(model);
  const { batch: fixedBatch } = declared;
  const wanted = overrides.output ?? {};
  const known = { fixedBatch, wanted, hints, architectures, mixesBatches };
  const { input, probed } = await probeCandidates(file, runs, candidates, known);
  const { dim } = overrides.output ?? {};
  if (cardFile !== undefined && dim !== undefined && dim !== probed.output.dim) {
    throw invalidCard(cardFile, `output.dim is ${dim}, and the model gives ${probed.output.dim} numbers`);
  }
  const {
    name = modelName(file),
    source = file,
    text,
    unrelatedSimilarity,
    classes,
    licence,
    trainedOn,
    training,
  } = overrides;
  return {
    name,
    source,
    sha256,
    input,
    output: probed.output,
    ...(text === undefined ? {} : { text }),
    ...(unrelatedSimilarity === undefined ? {} : { unrelatedSimilarity }),
    ...(classes === undefined ? {} : { classes }),
    ...(licence === undefined ? {} : { licence }),
    ...(trainedOn === undefined ? {} : { trainedOn }),
    ...(training === undefined ? {} : { training }),
    ...assumed(input, overrides),
    batchIndependent: probed.batchIndependent,
  };
}

/** Colours are normalised somehow by nearly every model, and nobody said how by this one. Bytes and grey stay as they are. */
function assumed({ type, mean }: EncoderInput, { input }: CardOverrides): Pick<EncoderCard, 'inputAssumed'> {
  if (type === 'uint8' || mean.length !== 3 || input?.mean !== undefined) return {};
  return { inputAssumed: input?.resize === undefined ? true : 'colours' };
}

function quantisesBatches(model: OnnxModel): boolean {
  for (const { opType } of allNodes(model)) if (BATCH_QUANTISERS.has(opType)) return true;
  return false;
}

/** The first candidate that the model runs on, with what the run showed. */
async function probeCandidates(
  file: string,
  model: ModelSource,
  candidates: readonly EncoderInput[],
  known: Omit<ProbeOptions, 'file' | 'input'>,
): Promise<{ input: EncoderInput; probed: ProbedModel }> {
  const worker = new OnnxWorker();
  try {
    const loaded = await worker.load(model, { threads: 2 });
    let firstFailure: unknown;
    for (const input of candidates) {
      try {
        return { input, probed: await probeModel(worker, loaded, { ...known, file, input }) };
      } catch (error) {
        if (error instanceof LikenessError) throw error;
        firstFailure ??= error;
      }
    }
    throw modelFailure(file, firstFailure);
  } catch (error) {
    throw modelFailure(file, error);
  } finally {
    await worker.dispose();
  }
}

/** A card can fill in what a model leaves open, not change what it declares. */
function refuseContradictions(cardFile: string, declared: DeclaredImageInput, { input = {} }: CardOverrides): void {
  const refuse = (field: string, said: string | number, actual: string | number) => {
    throw invalidCard(cardFile, `input.${field} is ${said}, and the model takes ${actual}`);
  };
  if (input.name !== undefined && input.name !== declared.name) refuse('name', input.name, declared.name);
  if (input.type !== undefined && input.type !== declared.type) refuse('type', input.type, declared.type);
  if (input.layout !== undefined && input.layout !== declared.layout && declared.channels !== undefined) {
    refuse('layout', input.layout, declared.layout);
  }
  const [height, width] = input.size ?? [];
  if (height !== undefined && declared.height !== undefined && height !== declared.height) {
    refuse('size', `${height} high`, declared.height);
  }
  if (width !== undefined && declared.width !== undefined && width !== declared.width) {
    refuse('size', `${width} wide`, declared.width);
  }
  for (const field of ['mean', 'std'] as const) {
    const channels = input[field]?.length;
    if (channels !== undefined && declared.channels !== undefined && channels !== declared.channels) {
      refuse(field, `for ${channels} channels`, declared.channels);
    }
  }
}
