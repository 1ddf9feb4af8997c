import { yoloLine, type YoloBox } from './cocoBoxes.ts';

/** Numbers of a box: its four, and class and image beside it. */
const NUMBERS = 4;

/** Boxes of many images in whatever order they come: 24 bytes are held of each. */
export class BoxList {
  #boxes = new Float32Array(NUMBERS << 10);
  #codes = new Int32Array(1 << 10);
  #images = new Int32Array(1 << 10);
  #count = 0;
  /** By image: where its boxes end in the order, which is that in which they came. */
  #ends: Int32Array | undefined;
  #order = new Int32Array(0);

  /** @param image its number, from 0 */
  add(image: number, code: number, box: YoloBox): void {
    if (this.#count === this.#codes.length) {
      this.#boxes = twice(this.#boxes, (length) => new Float32Array(length));
      this.#codes = twice(this.#codes, (length) => new Int32Array(length));
      this.#images = twice(this.#images, (length) => new Int32Array(length));
    }
    this.#boxes.set(box, NUMBERS * this.#count);
    this.#codes[this.#count] = code;
    this.#images[this.#count++] = image;
  }

  /** To be called when all are added. @param images how many there are */
  settle(images: number): void {
    const starts = new Int32Array(images + 1);
    for (let i = 0; i < this.#count; i++) starts[this.#images[i]! + 1]!++;
    for (let i = 0; i < images; i++) starts[i + 1]! += starts[i]!;
    this.#order = new Int32Array(this.#count);
    // Each start moves to its end, which is the start of the next image.
    for (let i = 0; i < this.#count; i++) this.#order[starts[this.#images[i]!]!++] = i;
    this.#ends = starts;
  }

  /** The text of an image's label file. */
  textOf(image: number): string {
    const ends = this.#ends!;
    const [start, end] = [image === 0 ? 0 : ends[image - 1]!, ends[image]!];
    return Array.from(this.#order.subarray(start, end), (i) => {
      const [x, y, width, height] = this.#boxes.subarray(NUMBERS * i, NUMBERS * (i + 1)) as unknown as YoloBox;
      return `${yoloLine(this.#codes[i]!, [x, y, width, height])}\n`;
    }).join('');
  }
}

function twice<Numbers extends Float32Array | Int32Array>(
  numbers: Numbers,
  make: (length: number) => Numbers,
): Numbers {
  const more = make(2 * numbers.length);
  more.set(numbers);
  return more;
}
