import fc from 'fast-check';

/** Any value as JSON with any white space between its tokens, and some characters of its strings escaped. */
export function formattedJson(value: unknown): fc.Arbitrary<string> {
  const space = fc.array(fc.constantFrom(' ', '\n', '\r\n', '\t'), { maxLength: 2 }).map((parts) => parts.join(''));
  return fc.infiniteStream(fc.tuple(space, fc.boolean())).map((stream) => {
    const next = () => (stream.next().value as [string, boolean] | undefined) ?? ['', false];
    const text = (one: string) => {
      const plain = JSON.stringify(one);
      return next()[1]
        ? plain.replaceAll(/[a-z]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
        : plain;
    };
    const written = (one: unknown): string => {
      const around = (body: string) => next()[0] + body + next()[0];
      if (typeof one === 'string') return around(/[\\]/.test(one) ? JSON.stringify(one) : text(one));
      if (Array.isArray(one)) return around(`[${one.map(written).join(',')}${one.length === 0 ? next()[0] : ''}]`);
      if (typeof one === 'object' && one !== null) {
        const pairs = Object.entries(one).map(
          ([key, item]) => `${next()[0]}${JSON.stringify(key)}${next()[0]}:${written(item)}`,
        );
        return around(`{${pairs.join(',')}${pairs.length === 0 ? next()[0] : ''}}`);
      }
      return around(JSON.stringify(one));
    };
    return written(value);
  });
}
