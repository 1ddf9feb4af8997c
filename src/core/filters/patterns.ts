/** Fits a name in whatever case. @param isPattern `*` stands for anything */
export function namePattern(text: string, isPattern: boolean): (name: string) => boolean {
  if (!isPattern) {
    const wanted = text.toLowerCase();
    return (name) => name.toLowerCase() === wanted;
  }
  const parts = text.split(/\*+/).map(escaped);
  const pattern = new RegExp(`^${parts.join('[^]*')}$`, 'i');
  return (name) => pattern.test(name);
}

/** For use within a regular expression. */
export function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
