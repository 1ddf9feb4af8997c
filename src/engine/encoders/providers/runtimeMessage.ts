/** ONNX Runtime begins with the line of its source, the function and the condition that didn't hold, and then says what is wrong. */
export function withoutSource(text: string): string {
  return text.replace(/^\S+\.(cc|cpp|h):\d+ .*? was false\.\s*/, '');
}
