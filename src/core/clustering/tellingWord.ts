/** A word that a group's images are nearest to, unless what the group is called says it already. */
export function tellingWord(name: string, word: string): string | undefined {
  const [called, other] = [name, word].map(
    (text) =>
      ` ${text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
        .trim()} `,
  ) as [string, string];
  return other.trim() === '' || called.includes(other) || other.includes(called) ? undefined : word;
}
