/** What the files that describe a model hold, in the forms that several of them share; undefined for any other form. */

export function positiveInteger(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

export function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

/** `224` or `[224, 224]` */
export function edgesOfList(value: unknown): readonly [height: number, width: number] | undefined {
  const edge = positiveInteger(value);
  if (edge !== undefined) return [edge, edge];
  const [height, width, ...more] = numbers(value)?.map(positiveInteger) ?? [];
  return height !== undefined && width !== undefined && more.length === 0 ? [height, width] : undefined;
}

export function numbers(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : undefined;
}

/** A mean and a standard deviation for each channel; one number stands for all three. */
export function statistics(
  meanValue: unknown,
  stdValue: unknown,
): { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined {
  const [mean, std] = [perChannel(meanValue), perChannel(stdValue)];
  const isOfPictures = mean?.length === 1 || mean?.length === 3;
  return isOfPictures && std?.length === mean.length && std.every((value) => value > 0) ? { mean, std } : undefined;
}

function perChannel(value: unknown): readonly number[] | undefined {
  return typeof value === 'number' ? [value, value, value] : numbers(value);
}
