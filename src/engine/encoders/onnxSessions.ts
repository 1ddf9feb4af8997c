import { fromFloat16Bits } from '../../core/images/float16.ts';
import {
  allocateImageTensor,
  fillImageTensor,
  imageTensorDims,
  type ImageTensorData,
} from '../../core/images/tensor.ts';
import { poolOutput, type EncoderOutputTensor } from '../../core/encoders/pooling.ts';
import type { Embeddings } from './encoder.ts';
import {
  copyName,
  type EmbedJob,
  type LoadedModel,
  type ModelSource,
  type SessionOptions,
  type TensorValue,
  type ValueDescription,
} from './onnxMessages.ts';
import type { OnnxRuntimeModule } from './onnxRuntime.ts';

type Session = Awaited<ReturnType<OnnxRuntimeModule['InferenceSession']['create']>>;
type Tensor = InstanceType<OnnxRuntimeModule['Tensor']>;
type ValueMetadata = Session['inputMetadata'][number];

interface SessionEntry {
  readonly session: Session;
  /** Inputs that stay the same from run to run. */
  readonly constants: Map<string, Tensor>;
  /** The image tensor of the last run, used again where it has the right size. */
  images: ImageTensorData | undefined;
  /** Brings constants back that are on a graphics card; a tensor can't be read from there (ONNX Runtime 1.30 aborts). */
  readonly reader: Session | undefined;
}

/**
 * Models with wrongly declared shapes make ONNX Runtime warn at every run, and what fails rejects with its words: written to
 * standard error as well, they would stand beside the sentence that a person gets, and where a try that failed was expected.
 */
const LOG_FATAL = 4;

/** The sessions of one worker thread. All runs block this thread. */
export class OnnxSessions {
  readonly #runtime: OnnxRuntimeModule;
  readonly #sessions = new Map<number, SessionEntry>();
  #nextSession = 1;

  constructor(runtime: OnnxRuntimeModule) {
    this.#runtime = runtime;
    runtime.env.logLevel = 'fatal';
    // The native part of ONNX Runtime 1.30 reads a `Float16Array` as empty. On a thread without that class, half-precision
    // numbers are held as bits in a `Uint16Array`, as on Node 22.
    Reflect.deleteProperty(globalThis, 'Float16Array');
  }

  async load(
    model: ModelSource,
    { threads, providers, training = false, onDevice }: SessionOptions,
  ): Promise<LoadedModel> {
    const options = {
      executionProviders: [...(providers ?? ['cpu'])],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableMemPattern: !training,
      logSeverityLevel: LOG_FATAL,
      // Threads that spin while they wait for work would take the cores from decoding.
      extra: { session: { intra_op: { allow_spinning: training ? '1' : '0' } } },
    } as const;
    const { InferenceSession } = this.#runtime;
    const locations = onDevice?.outputs.map((name) => [name, 'gpu-buffer'] as const);
    const placed = { ...options, ...(locations && { preferredOutputLocation: Object.fromEntries(locations) }) };
    const session = await ('file' in model
      ? InferenceSession.create(model.file, placed)
      : InferenceSession.create(model.bytes, placed));
    const reader = onDevice && (await InferenceSession.create(onDevice.reader, options));
    const id = this.#nextSession++;
    this.#sessions.set(id, { session, constants: new Map(), images: undefined, reader });
    return {
      session: id,
      inputs: session.inputMetadata.map(describeValue),
      outputs: session.outputMetadata.map(describeValue),
    };
  }

  async run(
    id: number,
    feeds: Readonly<Record<string, TensorValue>>,
    fetches: readonly string[] | undefined,
  ): Promise<Record<string, TensorValue>> {
    const { session, constants } = this.#entry(id);
    const tensors = Object.entries(feeds).map(([name, value]) => [name, this.#toTensor(value)] as const);
    const outputs = await session.run(Object.fromEntries([...constants, ...tensors]), fetches ?? session.outputNames);
    return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromTensor(value)]));
  }

  /** Runs, and keeps the outputs named in `carry` as the constants named there: the state of a training never moves. */
  async step(
    id: number,
    feeds: Readonly<Record<string, TensorValue>>,
    fetches: readonly string[],
    carry: Readonly<Record<string, string>>,
  ): Promise<Record<string, TensorValue>> {
    const { session, constants } = this.#entry(id);
    const tensors = Object.entries(feeds).map(([name, value]) => [name, this.#toTensor(value)] as const);
    const wanted = [...fetches, ...Object.keys(carry)];
    const outputs = await session.run(Object.fromEntries([...constants, ...tensors]), wanted);
    for (const [output, constant] of Object.entries(carry)) {
      const former = constants.get(constant);
      constants.set(constant, outputs[output] as Tensor);
      if (former !== undefined) free(former);
    }
    return Object.fromEntries(fetches.map((name) => [name, fromTensor(outputs[name] as Tensor)]));
  }

  async constants(id: number, names: readonly string[]): Promise<Record<string, TensorValue>> {
    const { constants, reader } = this.#entry(id);
    const copies = reader && (await readBack(reader, constants, names));
    const copyOf = (name: string): TensorValue => {
      const tensor = copies === undefined ? constants.get(name) : (copies[copyName(name)] as Tensor);
      if (!tensor) throw new Error(`there is no constant ${name}`);
      const value = fromTensor(tensor);
      return { ...value, data: value.data.slice() };
    };
    return Object.fromEntries(names.map((name) => [name, copyOf(name)]));
  }

  async embed(id: number, job: EmbedJob): Promise<Embeddings> {
    const { pixels, count, batch, imagesPerRun, input, output } = job;
    const entry = this.#entry(id);
    const vectors = new Float32Array(count * output.dim);
    const invalid: number[] = [];
    const imageLength = input.size[0] * input.size[1] * input.mean.length;
    for (let start = 0; start < count; start += imagesPerRun) {
      const present = Math.min(imagesPerRun, count - start);
      const data = imageTensor(entry, input, batch);
      fillImageTensor(pixels.subarray(start * imageLength), present, input, batch, data);
      const images = this.#toTensor({ type: input.type, dims: imageTensorDims(input, batch), data });
      const feeds = { ...Object.fromEntries(entry.constants), [input.name]: images };
      const outputs = await entry.session.run(feeds, [output.name]);
      const tensor = numbersOf(fromTensor(outputs[output.name] as Tensor));
      const rows = vectors.subarray(start * output.dim, (start + present) * output.dim);
      const failed = poolOutput(tensor, batch, present, { output, layout: input.layout }, rows);
      invalid.push(...failed.map((row) => start + row));
    }
    return { vectors, invalid };
  }

  setConstant(id: number, name: string, tensor: TensorValue | undefined): void {
    const { constants } = this.#entry(id);
    if (tensor) constants.set(name, this.#toTensor(tensor));
    else constants.delete(name);
  }

  async unload(id: number): Promise<void> {
    const { session, constants, reader } = this.#entry(id);
    this.#sessions.delete(id);
    for (const tensor of constants.values()) free(tensor);
    await reader?.release();
    await session.release();
  }

  #entry(id: number): SessionEntry {
    const entry = this.#sessions.get(id);
    if (!entry) throw new Error(`there is no session ${id}, it was unloaded or its thread restarted`);
    return entry;
  }

  #toTensor({ type, dims, data }: TensorValue): Tensor {
    // The types of `Tensor` name one constructor per element type; here the element type is a value.
    const Constructor = this.#runtime.Tensor as new (type: string, data: unknown, dims: readonly number[]) => Tensor;
    return new Constructor(type, data, dims);
  }
}

/** What is in the memory of a graphics card isn't found by the garbage collector in time. */
function free(tensor: Tensor): void {
  if (tensor.location === 'gpu-buffer') tensor.dispose();
}

function readBack(reader: Session, constants: ReadonlyMap<string, Tensor>, names: readonly string[]) {
  const feeds = reader.inputNames.flatMap((name) => {
    const tensor = constants.get(name);
    return tensor === undefined ? [] : [[name, tensor] as const];
  });
  return reader.run(Object.fromEntries(feeds), names.map(copyName));
}

function imageTensor(entry: SessionEntry, input: EmbedJob['input'], batch: number): ImageTensorData {
  const length = imageTensorDims(input, batch).reduce((product, size) => product * size, 1);
  if (entry.images?.length !== length) entry.images = allocateImageTensor(input, batch);
  return entry.images;
}

function fromTensor({ type, dims, data }: Tensor): TensorValue {
  if (Array.isArray(data)) throw new Error(`an output of type ${type} is not supported`);
  // From Node 24 on, half-precision numbers come as a `Float16Array`.
  const values = type === 'float16' ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return { type: type as TensorValue['type'], dims, data: values };
}

function numbersOf({ type, dims, data }: TensorValue): EncoderOutputTensor {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) throw new Error(`its output is of type ${type}`);
  return { dims, data: type === 'float16' ? Float32Array.from(data, fromFloat16Bits) : data };
}

function describeValue(value: ValueMetadata): ValueDescription {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: undefined, shape: [] };
}
