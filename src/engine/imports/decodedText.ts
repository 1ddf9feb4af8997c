/**
 * What the bytes of a text file say: UTF-8, or UTF-16 with a byte order mark. Undefined where they are a text in another encoding,
 * or none.
 */
export function decodedText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // Without a byte order mark UTF-16 is no fault of UTF-8.
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
