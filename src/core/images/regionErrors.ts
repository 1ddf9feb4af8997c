/** Failures of searches by a part of a picture: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';
import { SMALLEST_REGION, type Box } from './boxes.ts';
import type { Size } from './geometry.ts';

export const regionOutside = ({ x, y, width, height }: Box, path: string, picture: Size) =>
  new LikenessError(
    ErrorCode.RegionInvalid,
    `The region ${x},${y},${width},${height} lies outside of ${path}, which is ${picture.width} × ${picture.height} pixels; name one within it.`,
    { path },
  );
export const regionTooSmall = ({ width, height }: Size, path: string) =>
  new LikenessError(
    ErrorCode.RegionInvalid,
    `The region of ${width} × ${height} pixels of ${path} is too small to be compared; take one of at least ${SMALLEST_REGION} × ${SMALLEST_REGION}.`,
    { path },
  );
export const regionsNotIndexed = (root: string, encoder: string) =>
  new LikenessError(
    ErrorCode.RegionsNotIndexed,
    `${root} has no index of regions by ${encoder} yet; run "Likeness: Index Regions" or "likeness index --regions".`,
    { path: root },
  );
export const changedSinceIndexed = (path: string) =>
  new LikenessError(
    ErrorCode.ImagesChanged,
    `${path} has changed since it was indexed; index the folder again, and its regions come along.`,
    { path },
  );
