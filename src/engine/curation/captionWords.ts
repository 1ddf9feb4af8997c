/** What two captions have in common that differ in capitals or in the point at the end alone. */
export function wordsOf(caption: string): string {
  return caption.toLowerCase().replace(/[.!…。\s]+$/u, '');
}
