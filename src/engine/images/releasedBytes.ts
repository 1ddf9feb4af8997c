/**
 * Gives back the memory of bytes that nobody reads any more, at once: V8 collects its whole heap whenever buffers beside it have grown,
 * which a picture each few milliseconds makes a tenth of all work. They have no length from then on.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  // Small ones may share a buffer with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
