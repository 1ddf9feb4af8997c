import { DataType, type OnnxDimension, type OnnxGraph, type OnnxValueInfo } from '../onnx/model.ts';
import type { EncoderInput } from './card.ts';

/** The image input of a model as far as its declaration tells. */
export interface DeclaredImageInput {
  readonly name: string;
  readonly type: EncoderInput['type'];
  readonly layout: EncoderInput['layout'];
  /** Undefined where the declaration leaves it open. */
  readonly channels: 1 | 3 | undefined;
  readonly height: number | undefined;
  readonly width: number | undefined;
  /** Images in every run, where that is fixed. */
  readonly batch: number | undefined;
}

const types = new Map<number, EncoderInput['type']>([
  [DataType.float32, 'float32'],
  [DataType.float16, 'float16'],
  [DataType.uint8, 'uint8'],
]);

/** The one image input of a model, or the reason why there is none, to follow "is not an image encoder: ". */
export function findImageInput(graph: OnnxGraph): DeclaredImageInput | { readonly reason: string } {
  const stored = new Set(graph.initializer.map((tensor) => tensor.name));
  const inputs = graph.input.filter(({ name }) => !stored.has(name));
  const [input] = inputs;
  if (!input) return { reason: 'it has no input' };
  if (inputs.length > 1) return { reason: severalInputs(inputs) };
  const tensor = input.type?.tensorType;
  const type = tensor && types.get(tensor.elemType);
  if (!type) return { reason: `its input ${describe(input)} does not hold pixels (float32, float16 or uint8)` };
  const dims = tensor.shape?.dim.map(sizeOf) ?? [undefined, undefined, undefined, undefined];
  if (dims.length !== 4)
    return { reason: `its input ${describe(input)} is not a batch of images, which has four axes` };
  const [batch, second, third, fourth] = dims as [Size, Size, Size, Size];
  const layout = layoutOf(second, fourth);
  const channels = layout === 'NCHW' ? second : fourth;
  if (!layout || (channels !== undefined && channels !== 1 && channels !== 3)) {
    return { reason: `its input ${describe(input)} takes neither 1 (grey) nor 3 (RGB) channels` };
  }
  const [height, width] = layout === 'NCHW' ? [third, fourth] : [second, third];
  return { name: input.name, type, layout, channels, height, width, batch };
}

type Size = number | undefined;

/** The axis that is 1 or 3 holds the channels; of axes that are open, the first is meant, as in most models. */
function layoutOf(second: Size, fourth: Size): EncoderInput['layout'] | undefined {
  if (second === 1 || second === 3) return 'NCHW';
  if (fourth === 1 || fourth === 3) return 'NHWC';
  if (second === undefined) return 'NCHW';
  return fourth === undefined ? 'NHWC' : undefined;
}

/** Some exporters write 0 or −1 for a size that varies. */
function sizeOf({ dimValue }: OnnxDimension): Size {
  return dimValue !== undefined && dimValue > 0 ? dimValue : undefined;
}

function severalInputs(inputs: readonly OnnxValueInfo[]): string {
  const names = inputs.map(({ name }) => `"${name}"`).join(', ');
  const hint = inputs.some(({ name }) => name === 'pixel_values')
    ? '; use its image part alone (vision_model.onnx)'
    : '';
  return `it needs ${inputs.length} inputs (${names}) instead of one image${hint}`;
}

function describe({ name, type }: OnnxValueInfo): string {
  const tensor = type?.tensorType;
  if (!tensor) return `"${name}"`;
  const element = Object.entries(DataType).find(([, value]) => value === tensor.elemType)?.[0] ?? 'unknown type';
  const shape = tensor.shape?.dim.map(({ dimValue, dimParam }) => dimValue ?? dimParam ?? '?').join(', ') ?? '…';
  return `"${name}" (${element} [${shape}])`;
}
