import type { Region, Size } from '../images/geometry.ts';
import type { RandomStream } from '../random.ts';
import type { CropRecipe } from './recipe.ts';

/** How often a part that doesn't fit into the picture is drawn again. */
const ATTEMPTS = 10;

/**
 * A random part of a picture: torchvision's `RandomResizedCrop.get_params`,
 * https://pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html. Where no attempt fits, the
 * largest part in the middle whose aspect ratio is in range.
 */
export function drawCrop(recipe: CropRecipe, source: Size, random: RandomStream): Region {
  const [lowest, highest] = recipe.aspectRatio;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const areaShare = random.uniform(...recipe.area);
    const logAspectRatio = random.uniform(Math.log(lowest), Math.log(highest));
    const { width, height } = cropSize(source, areaShare, logAspectRatio);
    if (width < 1 || height < 1 || width > source.width || height > source.height) continue;
    const top = random.integer(source.height - height + 1);
    const left = random.integer(source.width - width + 1);
    return { left, top, width, height };
  }
  return centreCrop(source, lowest, highest);
}

/** Size of a part with that share of the picture's area; may be larger than the picture. */
export function cropSize(source: Size, areaShare: number, logAspectRatio: number): Size {
  const area = source.width * source.height * areaShare;
  const aspectRatio = Math.exp(logAspectRatio);
  return { width: Math.round(Math.sqrt(area * aspectRatio)), height: Math.round(Math.sqrt(area / aspectRatio)) };
}

function centreCrop(source: Size, lowestAspectRatio: number, highestAspectRatio: number): Region {
  const aspectRatio = source.width / source.height;
  let { width, height } = source;
  if (aspectRatio < lowestAspectRatio) height = Math.max(1, Math.round(width / lowestAspectRatio));
  else if (aspectRatio > highestAspectRatio) width = Math.max(1, Math.round(height * highestAspectRatio));
  return {
    left: Math.floor((source.width - width) / 2),
    top: Math.floor((source.height - height) / 2),
    width,
    height,
  };
}
