import { formatCount, formatQuantity } from '../progressText.ts';

/** "40 selected images of 1,616"; the total is left out where it isn't known. */
export function selectedText({ images, of }: { readonly images: number; readonly of?: number | undefined }): string {
  return `${formatQuantity(images, 'selected image')}${of === undefined ? '' : ` of ${formatCount(of)}`}`;
}
