/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Told apart on light and on dark ground, neighbours in the list best of all. */
const named: readonly Rgb[] = [
  [62, 118, 205],
  [234, 124, 44],
  [52, 160, 98],
  [214, 62, 74],
  [143, 98, 200],
  [20, 168, 186],
  [229, 106, 178],
  [176, 160, 24],
  [140, 98, 68],
  [118, 184, 62],
  [92, 96, 214],
  [198, 146, 90],
];

/** Of what belongs to no category. */
export const NO_CATEGORY: Rgb = [150, 154, 162];

/** Colours for so many categories: chosen ones, then hues by the golden angle, which never come close soon. */
export function categoryColours(count: number): Rgb[] {
  return Array.from({ length: count }, (_, i) => named[i] ?? turned(i));
}

function turned(i: number): Rgb {
  const hue = (i * 137.508) % 360;
  const lightness = 0.42 + 0.06 * (i % 4);
  const chroma = (1 - Math.abs(2 * lightness - 1)) * 0.62;
  const part = (offset: number) => {
    const k = (offset + hue / 60) % 6;
    return Math.round(255 * (lightness + chroma / 2 - chroma * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [part(5), part(3), part(1)];
}

/** "#3e76cd" */
export function hexColour(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
