import type { DeclaredTextInput, TokenInput } from '../../../core/encoders/textInput.ts';
import type { TensorValue } from '../onnxMessages.ts';

/**
 * What a text encoder is fed with for one text. A model that takes several at once gets the text as often as that.
 *
 * @param ids tokens of the text
 * @param filled where every text is filled up to a length, and with which token; absent: it runs as long as it is
 */
export function textFeeds(
  { ids: idInput, mask, segments, positions, batch = 1 }: DeclaredTextInput,
  ids: readonly number[],
  filled: { readonly length: number; readonly padding: number } | undefined,
): { readonly feeds: Record<string, TensorValue>; readonly batch: number } {
  // A text without any token still takes one place.
  const length = filled?.length ?? Math.max(1, ids.length);
  const padding = filled?.padding ?? 0;
  const row = (valueAt: (place: number) => number) => Array.from({ length }, (_, place) => valueAt(place));
  const inputs: readonly (readonly [input: TokenInput | undefined, values: readonly number[]])[] = [
    [idInput, row((place) => ids[place] ?? padding)],
    [mask, row((place) => (place < ids.length ? 1 : 0))],
    [segments, row(() => 0)],
    [positions, row((place) => place)],
  ];
  const feeds = Object.fromEntries(
    inputs.flatMap(([input, values]) => (input ? [[input.name, tensorOf(input, values, batch)] as const] : [])),
  );
  return { feeds, batch };
}

function tensorOf({ type }: TokenInput, row: readonly number[], batch: number): TensorValue {
  const values = Array.from({ length: batch }, () => row).flat();
  const data = type === 'int64' ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
  return { type, dims: [batch, row.length], data };
}
