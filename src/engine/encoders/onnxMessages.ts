import type { EncoderInput, EncoderOutput } from '../../core/encoders/card.ts';
import type { DataTypeName } from '../../core/onnx/model.ts';
import type { ErrorData } from '../../protocol/rpc.ts';
import type { Embeddings } from './encoder.ts';

/** A tensor on its way to or from ONNX Runtime, row-major. float16 is held as the bits of the numbers. */
export interface TensorValue {
  readonly type: DataTypeName;
  readonly dims: readonly number[];
  readonly data: TensorData;
}
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Where a model comes from: a file, with its external data beside it, or its bytes. */
export type ModelSource = { readonly file: string } | { readonly bytes: Uint8Array };

export interface SessionOptions {
  /** Threads of one run. */
  readonly threads: number;
  /** Execution providers by the names of ONNX Runtime, in order of preference; absent: the CPU. */
  readonly providers?: readonly string[];
  /**
   * For graphs of a thousand nodes that run for minutes: threads spin while they wait for work, which is faster and takes
   * the cores from all else, and memory isn't planned ahead, which would need twice as much for no gain.
   */
  readonly training?: boolean;
  /** What stays where it was computed, on a graphics card, and is fed from there: outputs that `step` carries. */
  readonly onDevice?: OnDevice;
}

export interface OnDevice {
  readonly outputs: readonly string[];
  /** A model that copies constants: of each an input of its name, and an output, `copyName` of it. */
  readonly reader: Uint8Array;
}

/** What a reader of constants calls the copy of one. */
export function copyName(name: string): string {
  return `copy/${name}`;
}

/** An input or output as the model declares it. Dimensions are numbers, or names where they vary. */
export interface ValueDescription {
  readonly name: string;
  /** Undefined for sequences, maps and other values that are no tensors. */
  readonly type: string | undefined;
  readonly shape: readonly (number | string)[];
}

export interface LoadedModel {
  /** Names the session in later calls. */
  readonly session: number;
  readonly inputs: readonly ValueDescription[];
  readonly outputs: readonly ValueDescription[];
}

/** From pixels to vectors, all in the worker. */
export interface EmbedJob {
  /** uint8, `count × height × width × channels` interleaved. */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** First axis of every run's tensor. */
  readonly batch: number;
  /** Different images in a run, at most `batch`; the rest of the tensor repeats the last of them. */
  readonly imagesPerRun: number;
  readonly input: EncoderInput;
  readonly output: EncoderOutput;
}

export interface RuntimeDescription {
  readonly version: string;
  /** Names of the execution providers in this build. */
  readonly providers: readonly string[];
}

/** What the worker can be asked: method → parameters and result. */
export interface OnnxRequests {
  load: { params: { readonly model: ModelSource; readonly options: SessionOptions }; result: LoadedModel };
  run: {
    params: {
      readonly session: number;
      readonly feeds: Readonly<Record<string, TensorValue>>;
      readonly fetches: readonly string[] | undefined;
    };
    result: Record<string, TensorValue>;
  };
  embed: { params: { readonly session: number; readonly job: EmbedJob }; result: Embeddings };
  /** As `run`; each output named in `carry` becomes the constant named there instead of being answered. */
  step: {
    params: {
      readonly session: number;
      readonly feeds: Readonly<Record<string, TensorValue>>;
      readonly fetches: readonly string[];
      readonly carry: Readonly<Record<string, string>>;
    };
    result: { readonly outputs: Record<string, TensorValue>; readonly feeds: Record<string, TensorValue> };
  };
  /** Copies of constants. */
  constants: {
    params: { readonly session: number; readonly names: readonly string[] };
    result: Record<string, TensorValue>;
  };
  setConstant: {
    params: { readonly session: number; readonly name: string; readonly tensor: TensorValue | undefined };
    result: undefined;
  };
  unload: { params: { readonly session: number }; result: undefined };
  describe: { params: undefined; result: RuntimeDescription };
}
export type OnnxMethod = keyof OnnxRequests;

export type OnnxRequest = {
  [M in OnnxMethod]: { readonly id: number; readonly method: M; readonly params: OnnxRequests[M]['params'] };
}[OnnxMethod];

/** The last message to the thread: requests that wait are dropped, and it ends. */
export const CLOSE = 'close';

export type OnnxResponse =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorData | { readonly message: string } };
