/** An independent, slow matcher of filters on images as objects, and random ones to compare with. */
import type { RandomStream } from '../../../src/core/random.ts';

export interface SlowImage {
  readonly path: string;
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** What a term of a random filter asks, beside its text. */
interface SlowTerm {
  readonly negated: boolean;
  readonly holds: (image: SlowImage) => boolean;
}

export function slowMatch(terms: readonly SlowTerm[], image: SlowImage): boolean {
  return terms.every(({ negated, holds }) => holds(image) !== negated);
}

const words = ['cat', 'dog', 'tabby cat', 'a,b', 'say "x"', 'x*y', '<1', '-z'];

export function randomTable(random: RandomStream, count: number) {
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const images = Array.from({ length: count }, (_, i): SlowImage => {
    const tags = words.filter(() => random.chance(0.2));
    return {
      path: `${pick(['train', 'test', 'a b'])}/${pick(['x', 'y'])}/${i}.${pick(['jpg', 'png'])}`,
      names: { ...(random.chance(0.8) && { class: [pick(words)] }), ...(tags.length > 0 && { tag: tags }) },
      numbers: { ...(random.chance(0.8) && { blurry: random.integer(10) / 10 }) },
    };
  });
  const quoted = (text: string) => `"${text.replaceAll(/["\\*]/g, (mark) => `\\${mark}`)}"`;
  const signs = {
    '<': (a: number, b: number) => a < b,
    '<=': (a: number, b: number) => a <= b,
    '>': (a: number, b: number) => a > b,
    '>=': (a: number, b: number) => a >= b,
  };
  const term = (): { readonly text: string } & Omit<SlowTerm, 'negated'> => {
    const asked = [pick(words), pick(words)];
    switch (random.integer(6)) {
      case 0:
      case 1: {
        const field = pick(['class', 'tag']);
        return {
          text: `${field}:${asked.map(quoted).join(',')}`,
          holds: ({ names }) => asked.some((one) => names[field]?.includes(one) === true),
        };
      }
      case 2: {
        const sign = pick(Object.keys(signs) as (keyof typeof signs)[]);
        const bound = random.integer(10) / 10;
        return {
          text: `blurry${sign}${bound}`,
          holds: ({ numbers: { blurry } }) => blurry !== undefined && signs[sign](blurry, bound),
        };
      }
      case 3: {
        const [low, high] = [random.integer(10) / 10, random.integer(10) / 10];
        return {
          text: `blurry:${low}..${high}`,
          holds: ({ numbers: { blurry } }) => blurry !== undefined && blurry >= low && blurry <= high,
        };
      }
      case 4: {
        const folder = pick(['train', 'a b', 'test/x']);
        return { text: `path:${quoted(folder)}`, holds: ({ path }) => path.startsWith(`${folder}/`) };
      }
      default: {
        const word = pick(['rain', '.jpg', 'cat', '1', '"x"']);
        return {
          text: quoted(word),
          holds: ({ path, names }) =>
            [path, ...(names['class'] ?? []), ...(names['tag'] ?? [])].some((one) => one.includes(word)),
        };
      }
    }
  };
  const filter = () => {
    const made = Array.from({ length: random.integer(4) }, () => ({ ...term(), negated: random.chance(0.3) }));
    return { text: made.map(({ text, negated }) => `${negated ? '-' : ''}${text}`).join(' '), terms: made };
  };
  return { images, filter };
}
