/** A text that wants a place, in CSS pixels. */
export interface WantedLabel {
  readonly text: string;
  /** Of its middle. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}

/**
 * Labels that can be shown without one covering another, the first ones first: at their own place, else a little above or
 * below it. Whatever would leave the drawing is moved inside, and left out where its place can't be seen at all.
 */
export function placeLabels<Label extends WantedLabel>(
  labels: readonly Label[],
  { width, height }: { readonly width: number; readonly height: number },
  taken: readonly Box[] = [],
): Label[] {
  const boxes = [...taken];
  return labels.flatMap((label) => {
    if (label.left < 0 || label.top < 0 || label.left > width || label.top > height) return [];
    for (const step of [0, -1, 1]) {
      const half = label.width / 2;
      const left = Math.max(half + 4, Math.min(width - half - 4, label.left));
      const top = Math.max(
        label.height / 2 + 4,
        Math.min(height - label.height / 2 - 4, label.top + step * label.height),
      );
      const box = { left: left - half, top: top - label.height / 2, width: label.width, height: label.height };
      if (boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      return [{ ...label, left, top }];
    }
    return [];
  });
}
