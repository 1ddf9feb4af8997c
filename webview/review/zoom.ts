import { signal } from '@preact/signals';

/** How all pictures are looked at: enlarged around the same place of each, in shares of its width and height. */
export const zoom = signal({ scale: 1, x: 0.5, y: 0.5 });

const MOST = 16;

export function zoomBy(factor: number): void {
  const { scale, x, y } = zoom.value;
  const next = Math.min(MOST, scale * factor);
  zoom.value = next <= 1.01 ? { scale: 1, x: 0.5, y: 0.5 } : { scale: next, x, y };
}

export function resetZoom(): void {
  zoom.value = { scale: 1, x: 0.5, y: 0.5 };
}

/** Looks at another place. */
export function zoomAt(x: number, y: number): void {
  const within = (share: number): number => Math.max(0, Math.min(1, share));
  zoom.value = { ...zoom.value, x: within(x), y: within(y) };
}
