import bmp from '@cwasm/nsbmp';
import type { Size } from '../../core/images/geometry.ts';
import { rgbOverWhite, type RgbImage } from '../../core/images/pixels.ts';

/** Size that a BMP's header claims; libvips reads no BMP. Undefined where the header is cut off. */
export function readBmpSize(bytes: Uint8Array): Size | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 26) return undefined;
  const headerSize = view.getUint32(14, true);
  // The 12-byte header of OS/2 1.x holds 16-bit sizes; a negative height means rows from top to bottom.
  return headerSize === 12
    ? { width: view.getUint16(18, true), height: view.getUint16(20, true) }
    : { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
}

/** Decodes a BMP, transparency over white. Throws the decoder's message on damage. */
export function decodeBmp(bytes: Uint8Array): RgbImage {
  // The decoder runs in WebAssembly, so that a hostile file can't reach beyond its own memory.
  const { data, width, height } = bmp.decode(bytes);
  return { width, height, data: rgbOverWhite(data) };
}
