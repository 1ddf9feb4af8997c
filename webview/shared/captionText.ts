/** What is written about an image, a line for each caption; none where nothing is. */
export function captionLines(captions: readonly string[] | undefined): string[] {
  return (captions ?? []).map((caption) => (caption === '' ? 'empty caption' : `“${caption}”`));
}
