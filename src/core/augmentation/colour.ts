import type { ColourStep } from './plan.ts';
import { clip, GREY_BLUE, GREY_GREEN, GREY_RED, type RgbPlanes } from './planes.ts';

/** Each value becomes `value · factor + added`. */
const AFFINE = 0;
/** The distance of each pixel from its grey is multiplied by `factor`. */
const SATURATION = 1;
/** The hue turns by `factor` sixths. */
const HUE = 2;
const GREYSCALE = 3;

interface CompiledSteps {
  readonly kinds: readonly number[];
  readonly factors: readonly number[];
  /** Of a contrast it is known when the step begins, and filled in then. */
  readonly added: number[];
}

/**
 * Changes the colours of a view as torchvision's `ColorJitter` does, https://pytorch.org/vision/stable/transforms.html:
 * brightness multiplies, contrast blends with the mean of the grey view, saturation blends with the grey view, hue turns
 * in HSV; values are clipped to 0 … 1 after each. Then, if asked for, makes the view grey.
 *
 * One pass over the pixels does everything up to a contrast and takes the mean that the contrast needs, another one does
 * the rest.
 */
export function changeColours(view: RgbPlanes, steps: readonly ColourStep[], greyscale: boolean): void {
  const compiled = compile(steps, greyscale);
  let begin = 0;
  steps.forEach((step, index) => {
    if (step.operation !== 'contrast') return;
    const meanGrey = runSteps(view, compiled, begin, index);
    compiled.added[index] = (1 - step.factor) * meanGrey;
    begin = index;
  });
  if (begin < compiled.kinds.length) runSteps(view, compiled, begin, compiled.kinds.length);
}

function compile(steps: readonly ColourStep[], greyscale: boolean): CompiledSteps {
  const kinds: number[] = [];
  const factors: number[] = [];
  for (const step of steps) {
    kinds.push(step.operation === 'hue' ? HUE : step.operation === 'saturation' ? SATURATION : AFFINE);
    // Sixths of a turn, at least 0, less than 6.
    factors.push(step.operation === 'hue' ? (step.turns - Math.floor(step.turns)) * 6 : step.factor);
  }
  if (greyscale) {
    kinds.push(GREYSCALE);
    factors.push(1);
  }
  return { kinds, factors, added: kinds.map(() => 0) };
}

/** Applies the steps from `begin` to before `end`; returns the mean of the grey values afterwards. */
function runSteps(view: RgbPlanes, { kinds, factors, added }: CompiledSteps, begin: number, end: number): number {
  const { data, offset } = view;
  const plane = view.width * view.height;
  let sum = 0;
  for (let i = offset; i < offset + plane; i++) {
    let red = data[i]!;
    let green = data[i + plane]!;
    let blue = data[i + 2 * plane]!;
    for (let step = begin; step < end; step++) {
      const factor = factors[step]!;
      switch (kinds[step]!) {
        case AFFINE: {
          const constant = added[step]!;
          red = clip(red * factor + constant);
          green = clip(green * factor + constant);
          blue = clip(blue * factor + constant);
          break;
        }
        case SATURATION: {
          const grey = (1 - factor) * (GREY_RED * red + GREY_GREEN * green + GREY_BLUE * blue);
          red = clip(red * factor + grey);
          green = clip(green * factor + grey);
          blue = clip(blue * factor + grey);
          break;
        }
        case HUE: {
          const value = Math.max(red, green, blue);
          const darkest = Math.min(red, green, blue);
          const chroma = value - darkest;
          if (chroma === 0) break;
          // Sixths of a turn from red, as in HSV.
          let hue = factor;
          if (value === red) hue += (green - blue) / chroma + (green < blue ? 6 : 0);
          else if (value === green) hue += (blue - red) / chroma + 2;
          else hue += (red - green) / chroma + 4;
          if (hue >= 6) hue -= 6;
          red = darkest + chroma * clip(Math.abs(hue - 3) - 1);
          green = darkest + chroma * clip(2 - Math.abs(hue - 2));
          blue = darkest + chroma * clip(2 - Math.abs(hue - 4));
          break;
        }
        default:
          red = green = blue = GREY_RED * red + GREY_GREEN * green + GREY_BLUE * blue;
      }
    }
    data[i] = red;
    data[i + plane] = green;
    data[i + 2 * plane] = blue;
    sum += GREY_RED * red + GREY_GREEN * green + GREY_BLUE * blue;
  }
  return sum / plane;
}
