import type { Rgb } from './categoryColours.ts';
import { ASCENT, textDots } from './bitmapFont.ts';

/** A picture that is drawn dot by dot. */
export class Raster {
  readonly width: number;
  readonly height: number;
  /** `height × width × 3`. */
  readonly pixels: Uint8Array;

  constructor(width: number, height: number, background: Rgb) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    for (let i = 0; i < this.pixels.length; i++) this.pixels[i] = background[i % 3]!;
  }

  /** @param opacity from 0 to 1 */
  blend(x: number, y: number, colour: Rgb, opacity: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height || opacity <= 0) return;
    const i = (y * this.width + x) * 3;
    for (let channel = 0; channel < 3; channel++) {
      const below = this.pixels[i + channel]!;
      this.pixels[i + channel] = Math.round(below + opacity * (colour[channel]! - below));
    }
  }

  /** A filled circle with a smooth edge. */
  disc(x: number, y: number, radius: number, colour: Rgb, opacity = 1): void {
    const reach = Math.ceil(radius + 1);
    const [centreX, centreY] = [Math.round(x), Math.round(y)];
    for (let row = centreY - reach; row <= centreY + reach; row++) {
      for (let column = centreX - reach; column <= centreX + reach; column++) {
        const covered = radius + 0.5 - Math.hypot(column - x, row - y);
        this.blend(column, row, colour, opacity * Math.max(0, Math.min(1, covered)));
      }
    }
  }

  /** A line of text. @param top of its capital letters, which are 14 dots high */
  text(left: number, top: number, text: string, colour: Rgb): void {
    textDots(text, (column, row) => {
      this.blend(left + column, top + row, colour, 1);
    });
  }

  /** The same with a rim around it that keeps it legible on anything. */
  rimmedText(left: number, top: number, text: string, colour: Rgb, rim: Rgb): void {
    for (const [dx, dy] of rimOffsets) {
      textDots(text, (column, row) => {
        this.blend(left + column + dx, top + row + dy, rim, 0.5);
      });
    }
    this.text(left, top, text, colour);
  }
}

const rimOffsets = Array.from({ length: 25 }, (_, i) => [(i % 5) - 2, Math.floor(i / 5) - 2] as const);

/** Dots from the top of a line's capital letters to the line that they stand on. */
export const CAPITAL_HEIGHT = 2 * ASCENT;
